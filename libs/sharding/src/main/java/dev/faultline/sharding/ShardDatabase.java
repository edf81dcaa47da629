package dev.faultline.sharding;

/** A service's database on one shard, for those who need a connection of their own. */
public record ShardDatabase(ShardName shard, String jdbcUrl, String user, String password) {

    @Override
    public String toString() {
        return shard + " (" + jdbcUrl + " as " + user + ")";
    }
}
