/** Orders as customers know them: placed once, looked up, listed. */
@NullMarked
package dev.faultline.order.ordering;

import org.jspecify.annotations.NullMarked;
