package dev.faultline.experiments.partitioning;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

import dev.faultline.experiments.BarChart;
import dev.faultline.experiments.lab.Description;
import dev.faultline.experiments.lab.Description.Source;
import dev.faultline.experiments.lab.Experiment;
import dev.faultline.experiments.lab.Lab;
import dev.faultline.sharding.Bucket;
import dev.faultline.sharding.HashRing;
import dev.faultline.sharding.ShardName;

/** How many buckets move when a shard is added: by the platform's ring, and modulo the number of shards. */
public final class ConsistentHashing implements Experiment {
    private static final int MOST = 8;
    /** How far the share of a new shard may be from a fair one. */
    private static final double TOLERANCE = 0.25;

    @Override
    public Description description() {
        return new Description("consistent-hashing", "Consistent hashing with virtual nodes, and hashing modulo N",
                "With a hash ring, the N-th shard takes about one bucket in N, and nothing moves between the others.",
                "Hashing modulo the number of shards: most buckets must move, also between shards that were there before.",
                List.of(new Source("Karger et al., Consistent Hashing and Random Trees, 1997",
                        "https://doi.org/10.1145/258533.258660")),
                List.of("libs/sharding/src/main/java/dev/faultline/sharding/HashRing.java",
                        "libs/sharding/src/main/java/dev/faultline/sharding/Bucket.java"),
                List.of("./faultline shards rebalance --dry-run, after ./faultline shards add: the buckets that would move on your cluster",
                        "With fewer VIRTUAL_NODES in HashRing the shares become uneven, and HashRingTest fails"));
    }

    /**
     * What the addition of a shard moves.
     *
     * @param toNew     buckets that move to the new shard
     * @param elsewhere buckets that move between shards that were there before
     */
    private record Moves(int shards, int toNew, int elsewhere) {
        int all() {
            return toNew + elsewhere;
        }

        boolean isFair() {
            return Math.abs(toNew * (double) shards / Bucket.COUNT - 1) <= TOLERANCE;
        }
    }

    @Override
    public void run(Lab lab) {
        List<Moves> ring = moves(shards -> {
            var owners = new HashRing(IntStream.rangeClosed(1, shards).mapToObj(number -> new ShardName("shard-"
                    + number)).toList());
            return bucket -> Integer.parseInt(owners.ownerOf(new Bucket(bucket)).toString().substring("shard-"
                    .length()));
        });
        List<Moves> modulo = moves(shards -> bucket -> 1 + bucket % shards);
        var groups = new ArrayList<BarChart.Group>();
        for (int i = 0; i < ring.size(); i++) {
            Moves held = ring.get(i);
            Moves control = modulo.get(i);
            lab.observe("from %d to %d shards, buckets that move of %d".formatted(held.shards - 1, held.shards,
                    Bucket.COUNT), "%d by the ring, %d modulo".formatted(held.all(), control.all()));
            groups.add(new BarChart.Group("%d to %d shards".formatted(held.shards - 1, held.shards), List.of(bar(
                    "ring", held, "var(--blue)"), bar("modulo", control, "var(--rule)"))));
        }
        lab.picture("Buckets that move when a shard is added", "Of " + Bucket.COUNT
                + ". In grey: modulo the number of shards, the control.", BarChart.svg(groups));
        lab.claim("a new shard takes its share to within a quarter", ring.stream().allMatch(Moves::isFair));
        lab.claim("no bucket moves between the others", ring.stream().allMatch(each -> each.elsewhere == 0));
        lab.control(
                "modulo N, more than half of the buckets move between %d and %d shards, and %d of them between shards that were there before"
                        .formatted(MOST - 1, MOST, modulo.getLast().elsewhere), modulo.getLast().all() > Bucket.COUNT
                                / 2
                                && modulo.stream().skip(1).allMatch(each -> each.elsewhere > 0));
    }

    private static BarChart.Bar bar(String name, Moves moves, String colour) {
        return new BarChart.Bar(name, moves.all(), moves.elsewhere == 0 ? "" + moves.all()
                : "%d, %d of them between the others"
                        .formatted(moves.all(), moves.elsewhere), colour);
    }

    /** @param owners for a number of shards, the shard of each bucket, from 1 */
    private static List<Moves> moves(IntFunction<IntUnaryOperator> owners) {
        return IntStream.rangeClosed(2, MOST).mapToObj(shards -> {
            IntUnaryOperator before = owners.apply(shards - 1);
            IntUnaryOperator after = owners.apply(shards);
            int[] moved = IntStream.range(0, Bucket.COUNT).filter(bucket -> before.applyAsInt(bucket) != after
                    .applyAsInt(bucket)).toArray();
            int toNew = (int) IntStream.of(moved).filter(bucket -> after.applyAsInt(bucket) == shards).count();
            return new Moves(shards, toNew, moved.length - toNew);
        }).toList();
    }
}
