package dev.faultline.experiments.ledger;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

import dev.faultline.backing.Parallel;
import dev.faultline.backing.Polling;

/** Writes transfers on several connections to each shard, in transactions that end in another order than they began. */
final class Charges {
    private static final int CONNECTIONS = 4;
    private static final int BUCKETS = 8;
    private static final int LONGEST_MS = 80;
    private static final int PAUSE_MS = 10;

    private Charges() {}

    /** Returns when the last transaction has ended. One on each shard lasts for a third of the time, and holds up the sealers. */
    static void write(List<LedgerShard> shards, Duration length) {
        long end = System.nanoTime() + length.toNanos();
        var tasks = new ArrayList<Runnable>();
        for (LedgerShard shard : shards) {
            var number = new AtomicInteger();
            tasks.add(() -> {
                Polling.sleep(length.dividedBy(4));
                shard.charge("LATE-" + shard.name(), 0, (int) length.dividedBy(3).toMillis());
            });
            for (int i = 0; i < CONNECTIONS; i++) {
                tasks.add(() -> {
                    while (System.nanoTime() < end) {
                        int order = number.getAndIncrement();
                        shard.charge("%s-ORDER-%05d".formatted(shard.name(), order), order % BUCKETS, ThreadLocalRandom
                                .current().nextInt(LONGEST_MS));
                        Polling.sleep(Duration.ofMillis(PAUSE_MS));
                    }
                });
            }
        }
        Parallel.run(tasks);
    }
}
