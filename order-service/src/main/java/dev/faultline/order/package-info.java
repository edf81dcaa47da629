/** Takes orders and sees each one through its checkout. */
@NullMarked
package dev.faultline.order;

import org.jspecify.annotations.NullMarked;
