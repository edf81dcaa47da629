/** Stock over HTTP. */
@NullMarked
package dev.faultline.inventory.stock.web;

import org.jspecify.annotations.NullMarked;
