package dev.faultline.order.ordering;

import java.util.List;

import dev.faultline.contracts.OrderId;

/** What became of a request to order. */
public sealed interface Placement {

    /** Stored, and its checkout begun: by this request, or by an earlier one with the same key. */
    record Accepted(OrderId id) implements Placement {}

    /** The key stands for another request. */
    record KeyReused() implements Placement {}

    /** So many others are under way that this one would only wait. Nothing was stored. */
    record Busy() implements Placement {}

    /** Nothing was stored. */
    record Refused(List<Violation> violations) implements Placement {
        public Refused {
            violations = List.copyOf(violations);
        }
    }

    /**
     * One thing that is wrong with a request.
     *
     * @param field its path, like {@code lines[0].sku}
     */
    record Violation(Kind kind, String field, String reason) {

        /** What can be wrong with a request whose every field is well formed. */
        public enum Kind {
            DUPLICATE_LINE, UNKNOWN_SKU, WRONG_CURRENCY
        }
    }
}
