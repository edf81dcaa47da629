package dev.faultline.local.proof.history;

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

import dev.faultline.local.proof.history.Anomaly.Kind;
import dev.faultline.local.proof.history.Row.CheckoutRow;
import dev.faultline.local.proof.history.Row.KeyRow;
import dev.faultline.local.proof.history.Row.OrderRow;
import dev.faultline.local.proof.history.Row.StepRow;

/** What was acknowledged exists, came to the end that was told, and one wish is one order. */
final class OrderRules {
    private record Wish(String customer, String key) {
        @Override
        public String toString() {
            return "key " + key + " of " + customer;
        }
    }

    private final Observed observed;
    private final Map<String, CheckoutRow> checkouts = new HashMap<>();
    private final List<Anomaly> found = new ArrayList<>();

    private OrderRules(Observed observed) {
        this.observed = observed;
        observed.rows(CheckoutRow.class).forEach(checkout -> checkouts.put(checkout.order(), checkout));
    }

    static Stream<Anomaly> of(Observed observed) {
        var rules = new OrderRules(observed);
        rules.acknowledgedOrdersExist();
        rules.ordersEndAsWasTold();
        rules.oneWishIsOneOrder();
        rules.timelinesHaveNoGaps();
        return rules.found.stream();
    }

    private void acknowledgedOrdersExist() {
        Set<String> stored = new HashSet<>();
        observed.rows(OrderRow.class).forEach(order -> {
            stored.add(order.id());
            CheckoutRow checkout = checkouts.get(order.id());
            if (checkout == null) {
                report(Kind.UNFINISHED_ORDER, order.id(), "has no checkout");
            } else if (!checkout.isSettled()) {
                report(Kind.UNFINISHED_ORDER, order.id(), "is still " + checkout.state());
            }
        });
        var reported = new HashSet<String>();
        for (Told told : observed.told()) {
            if (told.order() != null && !stored.contains(told.order()) && reported.add(told.order())) {
                report(Kind.LOST_ORDER, told.order(), "was acknowledged to " + told.customer() + " under key "
                        + told.key() + ", and is in no database");
            }
        }
    }

    private void ordersEndAsWasTold() {
        for (Told told : observed.told()) {
            CheckoutRow checkout = told.order() == null ? null : checkouts.get(told.order());
            String status = told.status();
            if (checkout != null && status != null && !status.equals("PENDING")
                    && !status.equals(checkout.state())) {
                report(Kind.CONTRADICTED_ANSWER, checkout.order(), told.customer() + " was told " + status
                        + ", and it is " + checkout.state());
            }
        }
    }

    /** By the database's keys, by the answers, and by customers all of whose orders came with a key. */
    private void oneWishIsOneOrder() {
        var orders = new HashMap<Wish, Set<String>>();
        var wishes = new HashMap<String, Set<Wish>>();
        var clients = new HashSet<String>();
        observed.rows(KeyRow.class).forEach(row -> {
            var wish = new Wish(row.customer(), row.key());
            orders.computeIfAbsent(wish, _ -> new TreeSet<>()).add(row.order());
            wishes.computeIfAbsent(row.order(), _ -> new HashSet<>()).add(wish);
        });
        for (Told told : observed.told()) {
            clients.add(told.customer());
            if (told.order() != null) {
                orders.computeIfAbsent(new Wish(told.customer(), told.key()), _ -> new TreeSet<>()).add(told.order());
            }
        }
        orders.forEach((wish, made) -> {
            if (made.size() > 1) {
                report(Kind.DOUBLED_ORDER, String.join(", ", made), wish + " stands for all of these");
            }
        });
        wishes.forEach((order, keys) -> {
            if (keys.size() > 1) {
                report(Kind.DOUBLED_ORDER, order, "is what two keys stand for: " + keys);
            }
        });
        observed.rows(OrderRow.class).filter(order -> clients.contains(order.customer())
                && !wishes.containsKey(order.id())).forEach(order -> report(Kind.DOUBLED_ORDER, order.id(),
                        "no key stands for it, and " + order.customer() + " never ordered without one"));
    }

    private void timelinesHaveNoGaps() {
        var steps = new HashMap<String, TreeMap<Integer, String>>();
        observed.rows(StepRow.class).forEach(step -> steps.computeIfAbsent(step.order(), _ -> new TreeMap<>())
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
