package dev.faultline.messaging;

/**
 * A database whose outbox is relayed by this service.
 *
 * @param name for threads, logs and metrics, like {@code shard-1}
 * @param user a role with the attributes LOGIN and REPLICATION
 */
public record OutboxDatabase(String name, String jdbcUrl, String user, String password) {

    /** Without the password. */
    @Override
    public String toString() {
        return name + " (" + jdbcUrl + ")";
    }
}
