/** The ledger: money moves from one account to another, and nothing else changes a balance. */
@NullMarked
package dev.faultline.payment.ledger;

import org.jspecify.annotations.NullMarked;
