package dev.faultline.sharding;

import java.time.Duration;
import java.util.Collection;
import java.util.Optional;

import dev.faultline.discovery.Consul;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
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

    ConsulShardMaps(Consul consul, String service, Collection<ShardName> shards) {
        this.consul = consul;
        this.key = "faultline/" + service + "/shard-map";
        this.newest = read(consul.get(key)).orElseGet(() -> create(shards));
        this.watcher = Thread.ofVirtual().name("shard-map").start(this::watch);
    }

    private ShardMap create(Collection<ShardName> shards) {
        var initial = ShardMap.initial(shards);
        if (consul.compareAndSet(key, json.writeValueAsString(initial), 0)) {
            log.info("Created the shard map, epoch 1: {}", shards);
            return initial;
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
