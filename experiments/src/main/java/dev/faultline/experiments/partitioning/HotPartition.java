package dev.faultline.experiments.partitioning;

import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import dev.faultline.experiments.Spread;
import dev.faultline.experiments.TemporaryPostgres;
import dev.faultline.experiments.lab.Description;
import dev.faultline.experiments.lab.Description.Source;
import dev.faultline.experiments.lab.Experiment;
import dev.faultline.experiments.lab.Lab;
import dev.faultline.experiments.lab.TrafficChart;
import dev.faultline.experiments.partitioning.HotLoad.Of;
import dev.faultline.experiments.partitioning.HotLoad.Result;
import dev.faultline.experiments.partitioning.HotLoad.Sale;
import dev.faultline.sharding.Bucket;
import dev.faultline.sharding.FixedShards;
import dev.faultline.sharding.HashRing;
import dev.faultline.sharding.ShardName;
import dev.faultline.sharding.Shards;

/** One product that almost everybody wants, on sharded stock: in one row, and split into several. */
public final class HotPartition implements Experiment {
    private static final int PARTS = 16;
    private static final int RATE = 120;
    private static final Duration LENGTH = Duration.ofSeconds(5);
    private static final int WARM_UP_RATE = 50;
    private static final Duration WARM_UP = Duration.ofSeconds(2);
    private static final int POOL_SIZE = 16;
    /** How long after the last order was due the last answer may arrive. */
    private static final double KEEPS_UP_MS = 1_000;
    private static final int MANY_SHARDS = 64;
    private static final int LAST_UNITS = 40;
    private static final int LAST_BUYERS = 60;

    @Override
    public Description description() {
        return new Description("hot-partition", "A hot key, and why more shards do not help",
                "%d %% of the orders want one product. However many shards there are, one of them gets all these, and its row serializes them. Split into %d rows with keys of their own, the product is on all shards, and its orders are answered as they come; no unit is lost or sold twice."
                        .formatted(HotLoad.HOT_PERCENT, PARTS),
                "The product in one row, with the same shards and the same load: the orders for it must wait for each other, and fall behind.",
                List.of(new Source("DeCandia et al., Dynamo, 2007, section 6.2",
                        "https://doi.org/10.1145/1323293.1294281"), new Source(
                                "O'Neil, The Escrow Transactional Method, 1986",
                                "https://doi.org/10.1145/7239.7265"), new Source(
                                        "Amazon DynamoDB, Using write sharding to distribute workloads evenly",
                                        "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-sharding.html")),
                List.of("experiments/src/main/java/dev/faultline/experiments/partitioning/SplitStock.java",
                        "libs/sharding/src/main/java/dev/faultline/sharding/HashRing.java",
                        "libs/sharding/src/main/java/dev/faultline/sharding/Bucket.java"),
                List.of("PARTS = 2 in HotPartition.java: still too slow",
                        "./faultline compare concurrency: how fast one row can be sold"));
    }

    @Override
    public void run(Lab lab) {
        theory(lab);
        TemporaryPostgres.run(lab.directory(), 2, lab.progress(), databases -> {
            FixedShards.create(databases);
            try (var shards = FixedShards.open(TemporaryPostgres.DATABASE, databases, POOL_SIZE)) {
                compare(lab, shards.shards());
            }
            return true;
        });
    }

    /** Where the platform's ring would put the orders, if there were more shards. */
    private static void theory(Lab lab) {
        var ring = new HashRing(IntStream.rangeClosed(1, MANY_SHARDS).mapToObj(number -> new ShardName("shard-"
                + number)).toList());
        int orders = 10_000;
        long busiest = IntStream.range(0, orders).mapToObj(number -> ring.ownerOf(Bucket.of(HotLoad.product(number))))
                .collect(Collectors.groupingBy(shard -> shard, Collectors.counting())).values().stream().mapToLong(
                        Long::longValue).max().orElse(0);
        lab.observe("orders on the busiest of %d shards, by the platform's ring".formatted(MANY_SHARDS), percent(
                busiest, orders));
        lab.claim("with %d shards, one of them gets more than three quarters of the orders".formatted(MANY_SHARDS),
                busiest > orders * 3 / 4);
    }

    private static void compare(Lab lab, Shards shards) {
        var load = new HotLoad(shards);
        load.run(PARTS, WARM_UP_RATE, WARM_UP);
        Result one = run(lab, load, 1, "one row");
        Result split = run(lab, load, PARTS, PARTS + " rows");
        long found = load.sellOut(PARTS, LAST_UNITS, LAST_BUYERS);
        lab.observe("of %d buyers of the last %d units, had one".formatted(LAST_BUYERS, LAST_UNITS), "" + found);
        lab.claim("split, orders were answered as they came", split.behindMs() < KEEPS_UP_MS && split.failed() == 0);
        lab.claim("split, no unit was lost or sold twice", split.isConserved());
        lab.claim("the last units were found in whichever row they were", found == LAST_UNITS);
        lab.control("in one row, the last answer came %.1f s after the last order; %d orders were not answered"
                .formatted(one.behindMs() / 1e3, one.failed()), one.behindMs() > KEEPS_UP_MS || one.failed() > 0);
    }

    private static Result run(Lab lab, HotLoad load, int parts, String title) {
        lab.step("%d orders a second, %d %% of them for one product, which is in %s".formatted(RATE,
                HotLoad.HOT_PERCENT, title));
        Result result = load.run(parts, RATE, LENGTH);
        lab.observe(title + ", units sold by the busier shard", percent(result.busiest(), result.sold()));
        for (Of of : Of.values()) {
            Spread latency = result.latency(of);
            lab.observe("%s, orders for %s".formatted(title, of.words()), "%d answered, p50 %s ms, p99 %s ms".formatted(
                    latency.count(), Spread.text(latency.p50()), Spread.text(latency.p99())));
        }
        lab.picture("Orders, with the product in " + title,
                "Each dot is an order, by when it was due and how long it took; in red, what was not answered.",
                TrafficChart.svg(result.sales().stream().map(Sale::request).toList(), List.of()));
        return result;
    }

    private static String percent(long part, long all) {
        return "%.0f %%".formatted(100.0 * part / all);
    }
}
