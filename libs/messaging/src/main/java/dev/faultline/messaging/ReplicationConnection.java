package dev.faultline.messaging;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGProperty;
import org.postgresql.replication.PGReplicationStream;

/** Opens replication connections to an outbox database, and replication streams on them. */
final class ReplicationConnection {
    static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final String OBJECT_IN_USE = "55006";

    private ReplicationConnection() {}

    static Connection open(OutboxDatabase database, Duration statementTimeout) throws SQLException {
        var options = new Properties();
        PGProperty.USER.set(options, database.user());
        PGProperty.PASSWORD.set(options, database.password());
        PGProperty.REPLICATION.set(options, "database");
        PGProperty.ASSUME_MIN_SERVER_VERSION.set(options, "17");
        PGProperty.PREFER_QUERY_MODE.set(options, "simple"); // the only mode of the replication protocol
        PGProperty.APPLICATION_NAME.set(options, "outbox-relay");
        PGProperty.CONNECT_TIMEOUT.set(options, (int) CONNECT_TIMEOUT.toSeconds());
        PGProperty.LOGIN_TIMEOUT.set(options, (int) CONNECT_TIMEOUT.toSeconds());
        PGProperty.TCP_KEEP_ALIVE.set(options, true);
        PGProperty.OPTIONS.set(options, "-c statement_timeout=" + statementTimeout.toMillis());
        return DriverManager.getConnection(database.jdbcUrl(), options);
    }

    /** Opens a stream on the slot; returns null if another reader holds the slot. */
    static @Nullable PGReplicationStream stream(Connection connection, ReplicationSlot slot, Duration statusInterval)
            throws SQLException {
        try {
            return connection.unwrap(PGConnection.class).getReplicationAPI().replicationStream().logical()
                    .withSlotName(slot.name()).withSlotOption("proto_version", 1)
                    .withSlotOption("publication_names", "outbox").withSlotOption("messages", true)
                    .withStatusInterval(Math.toIntExact(statusInterval.toMillis()), TimeUnit.MILLISECONDS)
                    .start();
        } catch (SQLException e) {
            if (OBJECT_IN_USE.equals(e.getSQLState())) {
                return null;
            }
            throw e;
        }
    }
}
