package dev.faultline.experiments.messaging;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What two systems say of the same orders.
 *
 * @param lost     orders without a message
 * @param invented orders that do not exist, of which there is a message
 * @param repeated messages beyond the first of each order
 */
record Agreement(int orders, int lost, int invented, int repeated) {

    /** @param told the order of each message */
    static Agreement of(Set<String> placed, List<String> told) {
        var distinct = new HashSet<>(told);
        return new Agreement(placed.size(), (int) placed.stream().filter(order -> !distinct.contains(order)).count(),
                (int) distinct.stream().filter(order -> !placed.contains(order)).count(), told.size() - distinct
                        .size());
    }

    String sentence() {
        return "%d orders; %d without a message, %d messages without an order, %d messages repeated".formatted(orders,
                lost, invented, repeated);
    }
}
