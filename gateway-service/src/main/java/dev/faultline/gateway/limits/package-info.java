/** Limits by caller: how many requests a second, and how many writes at a time, one customer or one address may send. */
@NullMarked
package dev.faultline.gateway.limits;

import org.jspecify.annotations.NullMarked;
