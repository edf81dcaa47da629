/** The catalogue over HTTP. */
@NullMarked
package dev.faultline.order.catalogue.web;

import org.jspecify.annotations.NullMarked;
