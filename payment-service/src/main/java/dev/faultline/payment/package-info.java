/** Takes the customers' money through the acquirer: once for an order that is confirmed, never for one that is not. */
@NullMarked
package dev.faultline.payment;

import org.jspecify.annotations.NullMarked;
