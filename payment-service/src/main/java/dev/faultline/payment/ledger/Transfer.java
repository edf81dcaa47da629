package dev.faultline.payment.ledger;

import dev.faultline.contracts.Money;
import dev.faultline.contracts.OrderId;

/**
 * A transfer of an amount between two accounts for an order. Debit and credit are one record, so the postings always
 * balance.
 *
 * @param amount not zero
 */
public record Transfer(OrderId orderId, Kind kind, Money amount) {
    /** The shop's receivable from the acquirer. */
    private static final String ACQUIRER = "acquirer-receivable";
    /** Revenue from orders. */
    private static final String SALES = "sales";

    /** The kinds of transfer; an order has each at most once. */
    public enum Kind {
        CHARGE(ACQUIRER, SALES), REFUND(SALES, ACQUIRER);

        private final String debit;
        private final String credit;

        Kind(String debit, String credit) {
            this.debit = debit;
            this.credit = credit;
        }

        /** The debited account. */
        public String debit() {
            return debit;
        }

        /** The credited account. */
        public String credit() {
            return credit;
        }
    }

    /** @throws IllegalArgumentException if the amount is zero */
    public Transfer {
        if (amount.minorUnits() == 0) {
            throw new IllegalArgumentException("the amount of a transfer must not be zero");
        }
    }
}
