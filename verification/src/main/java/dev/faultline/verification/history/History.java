package dev.faultline.verification.history;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.faultline.verification.history.Row.CheckoutRow;
import dev.faultline.verification.history.Row.Database;
import dev.faultline.verification.history.Row.OrderRow;

/**
 * The state of a quiescent platform. It is consistent only because of quiescence: databases, Kafka and journals are read
 * one after the other.
 *
 * @param clients     the clients' journals
 * @param rows        of every database
 * @param owned       the buckets that each database owns, according to its own table
 * @param acquirer    the acquirer's own journal, oldest entry first
 * @param inDoubt     prepared transactions, by their global ids
 * @param deadLetters dead letters that were not replayed
 */
public record History(List<ClientEntry> clients, List<Row> rows, List<Ownership> owned, List<AcquirerEntry> acquirer,
        List<InDoubt> inDoubt, List<DeadLetter> deadLetters) {

    public record Ownership(Database database, Set<Integer> buckets) {
        public Ownership {
            buckets = Set.copyOf(buckets);
        }
    }

    public record InDoubt(Database database, String gid) {}

    /** @param key the message's key, an order's id */
    public record DeadLetter(String topic, String key, String reason) {}

    public History {
        clients = List.copyOf(clients);
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
        return rows(CheckoutRow.class).filter(checkout -> checkout.isComplete() && !checkout.isConfirmed()).count();
    }

    /** The number of these customers' orders in each state. */
    public Map<String, Long> statesOf(Predicate<String> customers) {
        Set<String> theirs = rows(OrderRow.class).filter(order -> customers.test(order.customer())).map(OrderRow::id)
                .collect(Collectors.toSet());
        return rows(CheckoutRow.class).filter(checkout -> theirs.contains(checkout.order()))
                .collect(Collectors.groupingBy(CheckoutRow::state, Collectors.counting()));
    }

    /** The number of orders whose id a client received. */
    public long acknowledged() {
        return clients.stream().filter(ClientEntry::isAcknowledged).map(ClientEntry::order).distinct().count();
    }
}
