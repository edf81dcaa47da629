/** Orders over HTTP. */
@NullMarked
package dev.faultline.order.ordering.web;

import org.jspecify.annotations.NullMarked;
