package dev.faultline.sharding;

import java.util.List;

/** Where each bucket is, according to the newest map of this instance. Thread-safe; does not block. */
final class Routing {
    private final ShardMaps maps;
    private volatile Routes newest;

    /** The shard map of an epoch, indexed by bucket. */
    record Routes(long epoch, List<ShardName> byBucket) {
        ShardName shardOf(Bucket bucket) {
            return byBucket.get(bucket.number());
        }
    }

    Routing(ShardMaps maps) {
        this.maps = maps;
        this.newest = routes(maps.current());
    }

    Routes current() {
        ShardMap map = maps.current();
        Routes routes = newest;
        if (map.epoch() != routes.epoch) {
            routes = routes(map);
            newest = routes;
        }
        return routes;
    }

    private static Routes routes(ShardMap map) {
        return new Routes(map.epoch(), map.byBucket());
    }
}
