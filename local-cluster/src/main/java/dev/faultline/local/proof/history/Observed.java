package dev.faultline.local.proof.history;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.faultline.local.proof.history.Row.CheckoutRow;
import dev.faultline.local.proof.history.Row.Database;
import dev.faultline.local.proof.history.Row.OrderRow;

/**
 * All that was seen of a platform at rest. Nothing but rest makes it one state: the databases, Kafka and the acquirer's
 * journal are read one after the other.
 *
 * @param told        what clients were told
 * @param rows        of every database
 * @param owned       the buckets that each database says it owns
 * @param acquirer    the acquirer's own journal, the first entry first
 * @param inDoubt     prepared transactions, by their global ids
 * @param deadLetters messages that were given up: set aside, and not replayed
 */
public record Observed(List<Told> told, List<Row> rows, List<Ownership> owned, List<AcquirerEntry> acquirer,
        List<InDoubt> inDoubt, List<DeadLetter> deadLetters) {

    public record Ownership(Database database, Set<Integer> buckets) {
        public Ownership {
            buckets = Set.copyOf(buckets);
        }
    }

    public record InDoubt(Database database, String gid) {}

    /** @param key the message's, which is an order's id */
    public record DeadLetter(String topic, String key, String reason) {}

    public Observed {
        told = List.copyOf(told);
        rows = List.copyOf(rows);
        owned = List.copyOf(owned);
        acquirer = List.copyOf(acquirer);
        inDoubt = List.copyOf(inDoubt);
        deadLetters = List.copyOf(deadLetters);
    }

    <R extends Row> Stream<R> rows(Class<R> kind) {
        return rows.stream().filter(kind::isInstance).map(kind::cast);
    }

    public long orders() {
        return rows(OrderRow.class).count();
    }

    public long confirmed() {
        return rows(CheckoutRow.class).filter(CheckoutRow::isConfirmed).count();
    }

    public long rejected() {
        return rows(CheckoutRow.class).filter(checkout -> checkout.isSettled() && !checkout.isConfirmed()).count();
    }

    /** How many orders of these customers are in which state. */
    public Map<String, Long> statesOf(Predicate<String> customers) {
        Set<String> theirs = rows(OrderRow.class).filter(order -> customers.test(order.customer())).map(OrderRow::id)
                .collect(Collectors.toSet());
        return rows(CheckoutRow.class).filter(checkout -> theirs.contains(checkout.order()))
                .collect(Collectors.groupingBy(CheckoutRow::state, Collectors.counting()));
    }

    /** Orders that some client was told of. */
    public long acknowledged() {
        return told.stream().filter(Told::isAcknowledged).map(Told::order).distinct().count();
    }
}
