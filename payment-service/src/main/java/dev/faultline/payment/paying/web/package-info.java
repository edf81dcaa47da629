/** Payments over REST, to be read only. */
@NullMarked
package dev.faultline.payment.paying.web;

import org.jspecify.annotations.NullMarked;
