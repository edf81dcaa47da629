package dev.faultline.experiments.ledger;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import dev.faultline.backing.FaultlineException;
import dev.faultline.experiments.KafkaBrokers;
import dev.faultline.experiments.ledger.Audit.Head;
import org.apache.kafka.clients.producer.Producer;
import org.springframework.dao.DataAccessException;

/**
 * Seal the ledger of each shard every 300 ms, twice each, as two instances of a service would, and publish the hash of what
 * they sealed to Kafka, where no database's superuser reaches it.
 */
final class Sealers implements AutoCloseable {
    static final String TOPIC = "ledger-heads";
    private static final int INSTANCES = 2;
    private static final Duration INTERVAL = Duration.ofMillis(300);

    private final List<LedgerShard> shards;
    private final Producer<String, String> producer;
    private final ScheduledExecutorService scheduler;

    Sealers(List<LedgerShard> shards, KafkaBrokers brokers) {
        this.shards = List.copyOf(shards);
        this.producer = brokers.producer("all", true);
        this.scheduler = Executors.newScheduledThreadPool(shards.size() * INSTANCES);
        for (LedgerShard shard : shards) {
            for (int instance = 0; instance < INSTANCES; instance++) {
                var _ = scheduler.scheduleWithFixedDelay(() -> seal(shard), 0, INTERVAL.toMillis(),
                        TimeUnit.MILLISECONDS);
            }
        }
    }

    private void seal(LedgerShard shard) {
        try {
            shard.seal();
            // Also what an earlier run sealed and could not publish.
            shard.last().ifPresent(block -> KafkaBrokers.send(producer, TOPIC, shard.name(), block.number() + " "
                    + block.hash()));
        } catch (DataAccessException | FaultlineException e) { // or the scheduler would stop; the next run repeats it
        }
    }

    /** @throws FaultlineException if a transfer is not sealed and published within a minute, though none is being written */
    void awaitAllSealed(KafkaBrokers brokers) {
        KafkaBrokers.await("not every transfer is sealed", () -> shards.stream().allMatch(LedgerShard::isSealed));
        KafkaBrokers.await("not every block is published", () -> {
            Map<String, Head> published = published(brokers);
            return shards.stream().allMatch(shard -> shard.last().map(block -> new Head(block.number(), block.hash()))
                    .equals(Optional.ofNullable(published.get(shard.name()))));
        });
    }

    /** The last block of each shard. */
    static Map<String, Head> published(KafkaBrokers brokers) {
        var heads = new HashMap<String, Head>();
        brokers.read(TOPIC).forEach(message -> {
            String[] head = message.value().split(" ", 2);
            heads.merge(message.key(), new Head(Long.parseLong(head[0]), head[1]), (one, other) -> one.number() > other
                    .number() ? one : other);
        });
        return heads;
    }

    @Override
    public void close() {
        scheduler.shutdown();
        try {
            if (!scheduler.awaitTermination(10, TimeUnit.SECONDS)) {
                scheduler.shutdownNow();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        producer.close();
    }
}
