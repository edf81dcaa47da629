package dev.faultline.sharding;

import java.time.Duration;
import java.util.Optional;

import dev.faultline.discovery.Consul;
import dev.faultline.discovery.Consul.Entry;
import dev.faultline.discovery.Consul.WatchResult;
import tools.jackson.databind.json.JsonMapper;

/**
 * The plan of a service in Consul's key-value store: the map as it should become. It stays when it is carried out, and means
 * nothing then. The epoch of a plan is its version.
 */
final class ShardPlans {
    private final Consul consul;
    private final String key;
    private final JsonMapper json = JsonMapper.shared();

    ShardPlans(Consul consul, String service) {
        this.consul = consul;
        this.key = "faultline/" + service + "/shard-plan";
    }

    /** @throws java.io.UncheckedIOException if Consul is unavailable */
    Optional<ShardMap> current() {
        return consul.get(key).map(this::read);
    }

    /** Returns at once when the plan has changed since {@code index}; the index to watch from the next time. */
    long awaitChange(long index, Duration wait) {
        WatchResult<Optional<Entry>> result = consul.watch(key, index, wait);
        return result.index() < index ? 0 : result.index();
    }

    /** Returns false if another plan was made meanwhile. */
    boolean replace(Optional<ShardMap> known, ShardMap next) {
        Optional<Entry> stored = consul.get(key);
        return stored.map(this::read).equals(known)
                && consul.compareAndSet(key, json.writeValueAsString(next), stored.map(Entry::modifyIndex).orElse(0L));
    }

    private ShardMap read(Entry entry) {
        return json.readValue(entry.value(), ShardMap.class);
    }
}
