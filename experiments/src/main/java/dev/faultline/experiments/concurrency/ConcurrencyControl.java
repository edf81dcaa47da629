package dev.faultline.experiments.concurrency;

import java.time.Duration;
import java.util.List;

import dev.faultline.experiments.Spread;
import dev.faultline.experiments.lab.Description;
import dev.faultline.experiments.lab.Description.Source;
import dev.faultline.experiments.lab.Experiment;
import dev.faultline.experiments.lab.Lab;

/** The stock of one product, wanted by many at once. */
public final class ConcurrencyControl implements Experiment {
    private static final int BUYERS = 16;
    private static final int STOCK = 1_000;
    private static final Duration AT_MOST = Duration.ofSeconds(5);

    @Override
    public Description description() {
        return new Description("concurrency-control", "Pessimistic, optimistic and MVCC concurrency control",
                "Row locks, a version column, MVCC with retries and a conditional update each sell exactly what there is; they differ in throughput and in how much work is repeated.",
                "Reading the stock and then writing it, without any of these: it must sell the same unit twice.",
                List.of(new Source("Kung, Robinson, On Optimistic Methods for Concurrency Control, 1981",
                        "https://doi.org/10.1145/319566.319567"), new Source(
                                "Ports, Grittner, Serializable Snapshot Isolation in PostgreSQL, 2012",
                                "https://doi.org/10.14778/2367502.2367523")),
                List.of("experiments/src/main/java/dev/faultline/experiments/concurrency/Strategy.java",
                        "inventory-service/src/main/java/dev/faultline/inventory/reservation/AllocatingStock.java"),
                List.of("./faultline compare concurrency --buyers 2,16,64 --stock 5000"));
    }

    @Override
    public void run(Lab lab) {
        ConcurrencyResult result = ConcurrencyComparison.run(lab.directory(), new ConcurrencyComparison.Plan(List.of(
                BUYERS), STOCK, AT_MOST), lab.progress());
        result.sales().forEach(sale -> lab.observe(sale.strategy().title() + " (" + sale.strategy().isolation() + ")",
                "%d sold, %d oversold, %.0f/s, p99 %s ms, %.2f retries a unit".formatted(sale.sold(), sale.oversold(),
                        sale.perSecond(), Spread.text(sale.latency().p99()), sale.retriesPerUnit())));
        lab.picture("Units sold a second", BUYERS
                + " buyers, one unit after the other. In grey: the controls, with what they oversold.",
                ConcurrencyReport
                        .chart(result));
        lab.claim("each strategy sold what there was, and nothing twice", result.violations().isEmpty());
        result.sales().stream().filter(sale -> sale.strategy().isControl()).forEach(sale -> lab.control(
                "\"%s\" under %s sold %d units twice".formatted(sale.strategy().title(), sale.strategy().isolation(),
                        sale
                                .oversold()), sale.oversold() > 0));
    }
}
