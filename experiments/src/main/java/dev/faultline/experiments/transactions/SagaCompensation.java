package dev.faultline.experiments.transactions;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;

import dev.faultline.experiments.BarChart;
import dev.faultline.experiments.BarChart.Bar;
import dev.faultline.experiments.BarChart.Group;
import dev.faultline.experiments.TemporaryPostgres;
import dev.faultline.experiments.lab.Description;
import dev.faultline.experiments.lab.Description.Source;
import dev.faultline.experiments.lab.Experiment;
import dev.faultline.experiments.lab.Lab;
import dev.faultline.experiments.transactions.Load.Attempt;
import dev.faultline.sharding.FixedShards;

/** A scarce product, and orders for it that often fail at their second step: by a saga, and by the same steps without compensation. */
public final class SagaCompensation implements Experiment {
    private static final int UNITS = 120;
    private static final int RATE = 60;
    private static final Duration LENGTH = Duration.ofSeconds(5);
    private static final int FAIL_PERCENT = 40;

    @Override
    public Description description() {
        return new Description("saga-compensation", "Compensation: what a saga does when a step fails",
                "Orders take one of %d units, and then %d %% of them fail at their second step, on another server. The compensation returns the unit, so every failed order ends with nothing, and all %d units are sold to orders that are complete."
                        .formatted(UNITS, FAIL_PERCENT, UNITS),
                "The same two steps without the compensation: failed orders must keep units, which nobody can buy although buyers ask for them.",
                List.of(new Source("Garcia-Molina, Salem, Sagas, 1987", "https://doi.org/10.1145/38713.38742"),
                        new Source("Richardson, Pattern: Saga",
                                "https://microservices.io/patterns/data/saga.html")),
                List.of("experiments/src/main/java/dev/faultline/experiments/transactions/Saga.java",
                        "experiments/src/main/java/dev/faultline/experiments/transactions/Unprotected.java",
                        "order-service/src/main/java/dev/faultline/order/checkout/Checkout.java"),
                List.of("FAIL_PERCENT = 0 in SagaCompensation.java: the control has nothing to leave behind, and the verdict is that the run says nothing",
                        "./faultline order --sku MUG --payment-method card-declined: the platform's own compensation"));
    }

    @Override
    public void run(Lab lab) {
        TemporaryPostgres.run(lab.directory(), 2, lab.progress(), databases -> {
            FixedShards.create(databases);
            try (var shards = FixedShards.open(TemporaryPostgres.DATABASE, databases, Kind.POOL_SIZE)) {
                compare(lab, shards);
            }
            return true;
        });
    }

    private static void compare(Lab lab, FixedShards shards) {
        var workload = new Workload(ThreadLocalRandom.current().nextInt(1_000_000), Products.on(shards.shards()), 100,
                FAIL_PERCENT);
        Map<String, Integer> received = new TreeMap<>(workload.products().received());
        received.put(workload.products().hot(), UNITS);
        var warehouse = new Warehouse(shards.shards(), received);
        var meters = new Meters();
        Result saga = run(lab, "with compensation", new Saga(shards.shards(), meters, () -> {}), shards, workload,
                warehouse);
        Result without = run(lab, "without compensation", new Unprotected(shards.shards(), () -> {}), shards, workload,
                warehouse);
        lab.observe("compensations", "" + meters.compensations.get());
        lab.picture("Where the %d units are".formatted(UNITS),
                "In red: units of orders that were told that they failed.", BarChart.svg(List.of(group(
                        "with compensation", saga), group("without", without))));
        lab.claim("each order was told the truth, and every unit is in stock or of an order with both products",
                saga.violations.isEmpty());
        lab.claim("%d orders failed after their first step, and none of them kept a unit".formatted(
                meters.compensations.get()), meters.compensations.get() > 0 && saga.kept == 0);
        lab.claim("all %d units were sold, those that were returned too".formatted(UNITS), saga.sold == UNITS);
        lab.control("without compensation, failed orders keep %d of %d units; %d were sold, though %d buyers asked"
                .formatted(without.kept, UNITS, without.sold, without.orders), without.kept > 0
                        && without.sold < UNITS && !without.violations.isEmpty());
    }

    /**
     * @param sold units of orders that have both products
     * @param kept units of orders that have not
     */
    private record Result(int orders, long sold, long kept, List<String> violations) {
        long left() {
            return UNITS - sold - kept;
        }
    }

    private static Result run(Lab lab, String title, Protocol protocol, FixedShards shards, Workload workload,
            Warehouse warehouse) {
        lab.step("%s: %d orders a second for %d units".formatted(title, RATE, UNITS));
        warehouse.refill();
        List<Attempt> attempts = new Load(protocol).run(RATE, LENGTH, workload::order);
        Ledger ledger = Ledger.read(shards.shards());
        Map<String, Long> products = ledger.lines().stream().filter(Ledger.Line::isReserved).collect(Collectors
                .groupingBy(Ledger.Line::order, Collectors.counting()));
        long sold = products.values().stream().filter(count -> count == 2).count();
        var result = new Result(attempts.size(), sold, products.size() - sold, ledger.violations(warehouse.received(),
                Load.answers(attempts)));
        lab.observe(title, "%d orders; %d of %d units sold, %d kept by failed orders, %d left".formatted(
                result.orders, result.sold, UNITS, result.kept, result.left()));
        return result;
    }

    private static Group group(String title, Result result) {
        return new Group(title, List.of(bar("sold", result.sold, "var(--good)"), bar("kept by orders that failed",
                result.kept, "var(--bad)"), bar("in stock", result.left(), "var(--blue)")));
    }

    private static Bar bar(String label, long value, String colour) {
        return new Bar(label, value, "" + value, colour);
    }
}
