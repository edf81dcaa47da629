/** The double-entry ledger: only transfers between accounts change balances. */
@NullMarked
package dev.faultline.payment.ledger;

import org.jspecify.annotations.NullMarked;
