package dev.faultline.sharding;

/** A service's database on one shard, for callers that open their own connections. */
public record ShardDatabase(ShardName shard, String jdbcUrl, String user, String password) {

    @Override
    public String toString() {
        return shard + " (" + jdbcUrl + " as " + user + ")";
    }
}
