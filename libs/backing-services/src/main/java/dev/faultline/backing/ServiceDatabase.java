package dev.faultline.backing;

/**
 * A service's database on a shard, with its credentials.
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
