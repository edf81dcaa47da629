package dev.faultline.sharding;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

import dev.faultline.discovery.Consul;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.OptimisticLockingFailureException;
import tools.jackson.databind.json.JsonMapper;

/**
 * The shard map in Consul's key-value store. The first instance creates it; every instance watches it. While Consul is
 * unavailable the last known map stays in use: a stale map is harmless, because shards reject transactions on buckets
 * that they do not own.
 */
final class ConsulShardMaps implements ShardMaps, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ConsulShardMaps.class);
    private static final Duration WATCH_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration RETRY_DELAY = Duration.ofSeconds(1);

    private final Consul consul;
    private final String key;
    private final JsonMapper json = JsonMapper.shared();
    private final Thread watcher;
    private ShardMap newest;

    /** @param first the map to create if there is none in Consul */
    ConsulShardMaps(Consul consul, String service, Supplier<ShardMap> first) {
        this.consul = consul;
        this.key = "faultline/" + service + "/shard-map";
        this.newest = read(consul.get(key)).orElseGet(() -> create(first.get()));
        this.watcher = Thread.ofVirtual().name("shard-map").start(this::watch);
    }

    private ShardMap create(ShardMap first) {
        if (consul.compareAndSet(key, json.writeValueAsString(first), 0)) {
            log.info("Created the shard map, epoch {}: {}", first.epoch(), first.owners().keySet());
            return first;
        }
        return read(consul.get(key)).orElseThrow(() -> new IllegalStateException("the key " + key
                + " has disappeared from Consul"));
    }

    private Optional<ShardMap> read(Optional<Consul.Entry> entry) {
        return entry.map(e -> json.readValue(e.value(), ShardMap.class));
    }

    @Override
    public synchronized ShardMap current() {
        return newest;
    }

    @Override
    public synchronized ShardMap awaitNewerThan(long epoch, Duration wait) {
        long deadline = System.nanoTime() + wait.toNanos();
        try {
            for (long left = wait.toNanos(); newest.epoch() <= epoch && left > 0; left = deadline - System.nanoTime()) {
                wait(Math.max(1, left / 1_000_000));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return newest;
    }

    @Override
    public ShardMap publish(Supplier<Ownership> ownership) {
        Optional<Consul.Entry> entry = consul.get(key);
        Optional<ShardMap> stored = read(entry);
        ShardMap next = ownership.get().asMap(stored.map(ShardMap::epoch).orElse(0L) + 1);
        if (stored.isPresent() && stored.get().byBucket().equals(next.byBucket())) {
            next = stored.get();
        } else if (!consul.compareAndSet(key, json.writeValueAsString(next), entry.map(Consul.Entry::modifyIndex)
                .orElse(0L))) {
            throw new OptimisticLockingFailureException("another instance has published a shard map");
        }
        accept(next);
        return next;
    }

    private void watch() {
        long index = 0;
        while (!Thread.currentThread().isInterrupted()) {
            try {
                var result = consul.watch(key, index, WATCH_TIMEOUT);
                index = result.index() < index ? 0 : result.index();
                read(result.value()).ifPresent(this::accept);
            } catch (RuntimeException e) {
                pause();
            }
        }
    }

    private synchronized void accept(ShardMap map) {
        if (map.epoch() > newest.epoch()) {
            log.info("Received the shard map of epoch {}", map.epoch());
            newest = map;
            notifyAll();
        }
    }

    private static void pause() {
        try {
            Thread.sleep(RETRY_DELAY);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        watcher.interrupt();
    }
}
