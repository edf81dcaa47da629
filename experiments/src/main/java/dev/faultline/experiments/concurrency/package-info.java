/** Ways to sell the stock of one product to buyers who come at once. */
@NullMarked
package dev.faultline.experiments.concurrency;

import org.jspecify.annotations.NullMarked;
