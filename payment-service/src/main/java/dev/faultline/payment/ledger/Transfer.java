package dev.faultline.payment.ledger;

import dev.faultline.contracts.Money;
import dev.faultline.contracts.OrderId;

/**
 * An amount that moved from one account to another on behalf of an order. Debit and credit are one record, so no
 * posting can be without its counterpart, and all postings sum to zero.
 *
 * @param amount more than nothing
 */
public record Transfer(OrderId orderId, Kind kind, Money amount) {
    /** What the acquirer owes the shop. */
    private static final String ACQUIRER = "acquirer-receivable";
    /** What customers have paid for orders. */
    private static final String SALES = "sales";

    /** Why money moves; each happens once to an order at most. */
    public enum Kind {
        CAPTURE(ACQUIRER, SALES), REFUND(SALES, ACQUIRER);

        private final String debit;
        private final String credit;

        Kind(String debit, String credit) {
            this.debit = debit;
            this.credit = credit;
        }

        /** The account that receives the amount. */
        public String debit() {
            return debit;
        }

        /** The account that gives the amount. */
        public String credit() {
            return credit;
        }
    }

    /** @throws IllegalArgumentException if the amount is nothing */
    public Transfer {
        if (amount.minorUnits() == 0) {
            throw new IllegalArgumentException("a transfer moves more than nothing");
        }
    }
}
