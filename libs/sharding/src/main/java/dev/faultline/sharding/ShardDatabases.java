package dev.faultline.sharding;

import java.util.List;

/** A service's database on every shard, in the order of the shards' names. */
public record ShardDatabases(List<ShardDatabase> all) {
    public ShardDatabases {
        all = List.copyOf(all);
    }
}
