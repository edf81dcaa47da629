/** The same reservation on two shards by two-phase commit and by a saga. */
@NullMarked
package dev.faultline.experiments.transactions;

import org.jspecify.annotations.NullMarked;
