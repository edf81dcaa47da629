package dev.faultline.backing;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** What a superuser asks a server, or tells it, about its replication. */
final class ReplicationQueries {
    private ReplicationQueries() {}

    static ReplicationState state(Connection superuser, String peerSlot) throws SQLException {
        try (PreparedStatement query = superuser.prepareStatement("""
                SELECT NOT pg_is_in_recovery(), count(r.pid) > 0, coalesce(max(CASE WHEN pg_is_in_recovery() THEN 0
                        ELSE pg_wal_lsn_diff(pg_current_wal_lsn(), r.flush_lsn) END), 0)::bigint,
                    (SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep')::int,
                    EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = ? AND wal_status = 'lost')
                FROM (SELECT) one LEFT JOIN pg_stat_replication r ON application_name = ? AND state = 'streaming'""")) {
            query.setString(1, peerSlot);
            query.setString(2, peerSlot);
            try (ResultSet row = query.executeQuery()) {
                row.next();
                return new ReplicationState(row.getBoolean(1), row.getBoolean(2), row.getLong(3), row.getInt(4), row
                        .getBoolean(5));
            }
        }
    }

    /** Makes the primary retain the log from now on for the standby that uses the slot. */
    static void replaceSlot(Connection primary, String slot) throws SQLException {
        try (Statement statement = primary.createStatement()) {
            statement.execute("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = '"
                    + slot + "'");
            statement.execute("SELECT pg_create_physical_replication_slot('" + slot + "', true)");
        }
    }

    static void disconnectReadersOfSlots(Connection primary) throws SQLException {
        try (Statement statement = primary.createStatement()) {
            statement.execute("SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE active"
                    + " AND slot_type = 'logical'");
        }
    }

    /** Waits until the standby has become the primary, and returns the end of the log that it had received. */
    static String promote(Connection standby) throws SQLException {
        try (Statement statement = standby.createStatement()) {
            if (!text(statement, "SELECT pg_promote(true, 50)").equals("t")) {
                throw new SQLException("it is still recovering");
            }
            return text(statement, "SELECT pg_last_wal_replay_lsn()");
        }
    }

    private static String text(Statement statement, String query) throws SQLException {
        try (ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getString(1);
        }
    }
}
