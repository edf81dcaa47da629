package dev.faultline.testing;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Properties;

import org.postgresql.PGConnection;
import org.postgresql.PGProperty;

/** Makes a server invalidate a logical replication slot, as it does when much is written while no reader confirms anything. */
public final class ReplicationSlots {
    private ReplicationSlots() {}

    /**
     * Takes over the slot from its reader, which must wait until the returned connection is closed. The connection confirms
     * nothing.
     *
     * @throws SQLException if another reader took the slot first; retry then
     */
    public static Connection take(Database database, String slot) throws SQLException {
        query(database, "select pg_terminate_backend(active_pid, 1000) from pg_replication_slots where active"
                + " and slot_name = '" + slot + "'");
        var options = new Properties();
        PGProperty.USER.set(options, database.user());
        PGProperty.PASSWORD.set(options, database.password());
        PGProperty.REPLICATION.set(options, "database");
        PGProperty.ASSUME_MIN_SERVER_VERSION.set(options, "17");
        PGProperty.PREFER_QUERY_MODE.set(options, "simple");
        // It answers nothing, and keeps the slot until it is closed.
        PGProperty.OPTIONS.set(options, "-c wal_sender_timeout=0");
        Connection connection = DriverManager.getConnection(database.jdbcUrl(), options);
        try {
            connection.unwrap(PGConnection.class).getReplicationAPI().replicationStream().logical().withSlotName(slot)
                    .withSlotOption("proto_version", 1).withSlotOption("publication_names", "outbox").start();
            return connection;
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    /**
     * Writes more log than the server's {@code max_slot_wal_keep_size} and forces a checkpoint, which invalidates the slot.
     * A waiting relay may have created a new slot of the same name before this returns.
     *
     * @throws IllegalStateException if the server did not invalidate the slot
     */
    public static void outgrow(Database database, String slot) throws SQLException {
        String kept = query(database, "select restart_lsn from pg_replication_slots where slot_name = '" + slot + "'");
        int segments = Integer.parseInt(query(database, "select"
                + " pg_size_bytes(current_setting('max_slot_wal_keep_size'))"
                + " / pg_size_bytes(current_setting('wal_segment_size'))"));
        for (int segment = 0; segment < segments + 2; segment++) {
            query(database, "select pg_logical_emit_message(false, 'filler', 'x')");
            query(database, "select pg_switch_wal()");
        }
        query(database, "checkpoint");
        if (!query(database, "select wal_status from pg_replication_slots where slot_name = '" + slot
                + "' and restart_lsn = '" + kept + "'").isEmpty()) {
            throw new IllegalStateException("after " + segments + " segments, the server still retains the log from "
                    + kept + " for the slot " + slot);
        }
    }

    private static String query(Database database, String sql) throws SQLException {
        Database superuser = database.asSuperuser();
        try (Connection connection = DriverManager.getConnection(superuser.jdbcUrl(), superuser.user(),
                superuser.password());
                var statement = connection.createStatement()) {
            if (!statement.execute(sql)) {
                return "";
            }
            ResultSet rows = statement.getResultSet();
            return rows.next() ? String.valueOf(rows.getString(1)) : "";
        }
    }
}
