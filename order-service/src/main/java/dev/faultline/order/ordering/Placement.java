package dev.faultline.order.ordering;

import java.util.List;

/** The outcome of an order request. */
public sealed interface Placement {

    /** The order is stored and its checkout has started, by this request or an earlier one with the same key. */
    record Accepted(OrderStatus order) implements Placement {}

    /** The key belongs to a different request. */
    record KeyReused() implements Placement {}

    /** Too many checkouts are in flight. Nothing was stored. */
    record Busy() implements Placement {}

    /** Nothing was stored. */
    record Invalid(List<Violation> violations) implements Placement {
        public Invalid {
            violations = List.copyOf(violations);
        }
    }

    /**
     * A rule that the request violates.
     *
     * @param field its path, like {@code lines[0].sku}
     */
    record Violation(Kind kind, String field, String reason) {

        /** Rules beyond the form of single fields. */
        public enum Kind {
            DUPLICATE_LINE, UNKNOWN_SKU, WRONG_CURRENCY
        }
    }
}
