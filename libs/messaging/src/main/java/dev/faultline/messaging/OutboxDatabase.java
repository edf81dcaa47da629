package dev.faultline.messaging;

/**
 * A database with an outbox that this service relays.
 *
 * @param name the name in threads, logs and metrics, like {@code shard-1}
 * @param user a role with the attributes LOGIN and REPLICATION
 */
public record OutboxDatabase(String name, String jdbcUrl, String user, String password) {

    /** Omits the password. */
    @Override
    public String toString() {
        return name + " (" + jdbcUrl + ")";
    }
}
