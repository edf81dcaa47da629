/** The service that charges customers through the acquirer: once for a confirmed order, never for another. */
@NullMarked
package dev.faultline.payment;

import org.jspecify.annotations.NullMarked;
