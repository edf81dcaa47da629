/** A ledger in which a change of the past is noticed, also one by whoever may change everything. */
@NullMarked
package dev.faultline.experiments.ledger;

import org.jspecify.annotations.NullMarked;
