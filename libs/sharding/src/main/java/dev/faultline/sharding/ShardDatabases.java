package dev.faultline.sharding;

import java.util.List;

/** A service's databases, one per shard, in name order. */
public record ShardDatabases(List<ShardDatabase> all) {
    public ShardDatabases {
        all = List.copyOf(all);
    }
}
