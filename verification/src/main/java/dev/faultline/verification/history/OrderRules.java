package dev.faultline.verification.history;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import dev.faultline.verification.history.Anomaly.Kind;
import dev.faultline.verification.history.Row.CheckoutRow;
import dev.faultline.verification.history.Row.KeyRow;
import dev.faultline.verification.history.Row.OrderRow;
import dev.faultline.verification.history.Row.StepRow;

/** Every acknowledged order exists and has the outcome that clients saw; each request created one order. */
final class OrderRules {
    private record Request(String customer, String key) {
        @Override
        public String toString() {
            return "key " + key + " of " + customer;
        }
    }

    private final History history;
    private final Map<String, CheckoutRow> checkouts = new HashMap<>();
    private final List<Anomaly> found = new ArrayList<>();

    private OrderRules(History history) {
        this.history = history;
        history.rows(CheckoutRow.class).forEach(checkout -> checkouts.put(checkout.order(), checkout));
    }

    static Stream<Anomaly> of(History history) {
        var rules = new OrderRules(history);
        rules.acknowledgedOrdersExist();
        rules.responsesAgreeWithOutcomes();
        rules.eachRequestIsOneOrder();
        rules.timelinesHaveNoGaps();
        return rules.found.stream();
    }

    private void acknowledgedOrdersExist() {
        Set<String> stored = new HashSet<>();
        history.rows(OrderRow.class).forEach(order -> {
            stored.add(order.id());
            CheckoutRow checkout = checkouts.get(order.id());
            if (checkout == null) {
                report(Kind.UNFINISHED_ORDER, order.id(), "has no checkout");
            } else if (!checkout.isComplete()) {
                report(Kind.UNFINISHED_ORDER, order.id(), "is still " + checkout.state());
            }
        });
        var reported = new HashSet<String>();
        for (ClientEntry entry : history.clients()) {
            if (entry.order() != null && !stored.contains(entry.order()) && reported.add(entry.order())) {
                report(Kind.LOST_ORDER, entry.order(), "was acknowledged to " + entry.customer() + " under key "
                        + entry.key() + ", and is in no database");
            }
        }
    }

    private void responsesAgreeWithOutcomes() {
        for (ClientEntry entry : history.clients()) {
            CheckoutRow checkout = entry.order() == null ? null : checkouts.get(entry.order());
            String status = entry.status();
            if (checkout != null && status != null && !status.equals("PENDING")
                    && !status.equals(checkout.state())) {
                report(Kind.CONTRADICTED_RESPONSE, checkout.order(), entry.customer() + " saw " + status
                        + ", and it is " + checkout.state());
            }
        }
    }

    /** By the stored keys, the responses, and the customers who always sent a key. */
    private void eachRequestIsOneOrder() {
        var orders = new HashMap<Request, Set<String>>();
        var requests = new HashMap<String, Set<Request>>();
        var clients = new HashSet<String>();
        history.rows(KeyRow.class).forEach(row -> {
            var request = new Request(row.customer(), row.key());
            orders.computeIfAbsent(request, _ -> new TreeSet<>()).add(row.order());
            requests.computeIfAbsent(row.order(), _ -> new HashSet<>()).add(request);
        });
        for (ClientEntry entry : history.clients()) {
            clients.add(entry.customer());
            if (entry.order() != null) {
                // Keys are deleted after some days; the clients' journals are kept.
                var request = new Request(entry.customer(), entry.key());
                orders.computeIfAbsent(request, _ -> new TreeSet<>()).add(entry.order());
                requests.computeIfAbsent(entry.order(), _ -> new HashSet<>()).add(request);
            }
        }
        orders.forEach((request, made) -> {
            if (made.size() > 1) {
                report(Kind.DUPLICATE_ORDER, String.join(", ", made), request + " was used for all of these");
            }
        });
        requests.forEach((order, keys) -> {
            if (keys.size() > 1) {
                report(Kind.DUPLICATE_ORDER, order, "was created under two keys: " + keys);
            }
        });
        history.rows(OrderRow.class).filter(order -> clients.contains(order.customer())
                && !requests.containsKey(order.id())).forEach(order -> report(Kind.DUPLICATE_ORDER, order.id(),
                        "has no key, and " + order.customer() + " never ordered without one"));
    }

    private void timelinesHaveNoGaps() {
        var steps = new HashMap<String, TreeMap<Integer, String>>();
        history.rows(StepRow.class).forEach(step -> steps.computeIfAbsent(step.order(), _ -> new TreeMap<>())
                .put(step.version(), step.state()));
        checkouts.values().forEach(checkout -> {
            var timeline = steps.getOrDefault(checkout.order(), new TreeMap<>());
            if (!List.copyOf(timeline.keySet()).equals(IntStream.rangeClosed(1, checkout.version()).boxed()
                    .toList())) {
                report(Kind.BROKEN_TIMELINE, checkout.order(), "is at version " + checkout.version()
                        + " and has the steps " + timeline.keySet());
            } else if (!timeline.lastEntry().getValue().equals(checkout.state())) {
                report(Kind.BROKEN_TIMELINE, checkout.order(), "is " + checkout.state() + ", and its last step led to "
                        + timeline.lastEntry().getValue());
            }
        });
    }

    private void report(Kind kind, String subject, String explanation) {
        found.add(new Anomaly(kind, subject, explanation));
    }
}
