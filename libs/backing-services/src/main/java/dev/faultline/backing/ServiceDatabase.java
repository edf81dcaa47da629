package dev.faultline.backing;

/**
 * One service's database on one shard, and how to get into it.
 *
 * @param service {@code orders}, {@code inventory} or {@code payments}
 */
public record ServiceDatabase(String service, String shard, String jdbcUrl, String user, String password) {

    /** Without the password. */
    @Override
    public String toString() {
        return service + " on " + shard;
    }
}
