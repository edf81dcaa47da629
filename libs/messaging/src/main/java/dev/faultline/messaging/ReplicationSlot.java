package dev.faultline.messaging;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * The replication slot of an outbox: the server retains the log from the slot's position, and admits one reader at a
 * time.
 *
 * @see <a href="https://www.postgresql.org/docs/18/logicaldecoding-explanation.html">Logical Decoding Concepts</a>
 */
final class ReplicationSlot {
    private static final String DUPLICATE_OBJECT = "42710";

    private final String name;

    private ReplicationSlot(String name) {
        this.name = name;
    }

    enum State {
        /** The slot does not exist; no log is retained. */
        MISSING,
        /** The slot is being created; the log will be retained from a later position. */
        CREATING,
        /** The server invalidated the slot, because it retained more than {@code max_slot_wal_keep_size}. */
        LOST,
        /** Another session reads from the slot. */
        TAKEN, FREE
    }

    /** The name includes the database's, because all slots of a server share one namespace. */
    static ReplicationSlot of(Connection connection) throws SQLException {
        return new ReplicationSlot(connection.getCatalog() + "_outbox");
    }

    String name() {
        return name;
    }

    State state(Connection connection) throws SQLException {
        try (Statement query = connection.createStatement();
                ResultSet row = query.executeQuery(
                        "select wal_status = 'lost', confirmed_flush_lsn is null, active from pg_replication_slots"
                                + " where slot_name = '" + name + "'")) {
            if (!row.next()) {
                return State.MISSING;
            }
            if (row.getBoolean(1)) {
                return State.LOST;
            }
            if (row.getBoolean(2)) {
                return State.CREATING;
            }
            return row.getBoolean(3) ? State.TAKEN : State.FREE;
        }
    }

    /**
     * Creates the slot; the log is retained from the moment of return. Blocks until running transactions have ended. It
     * is a failover slot, which standbys with slot synchronization keep.
     */
    void create(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("select pg_create_logical_replication_slot('" + name
                    + "', 'pgoutput', false, false, failover => true)");
        } catch (SQLException e) {
            if (!DUPLICATE_OBJECT.equals(e.getSQLState())) { // another relay created it
                throw e;
            }
        }
    }

    /**
     * Replaces the slot if it is lost; the log is retained from the moment of return. An advisory lock serializes
     * relays: otherwise a second relay could drop the slot that the first has just created, with its messages.
     *
     * @return whether the slot was lost and has been replaced
     */
    boolean replaceIfLost(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("select pg_advisory_lock(hashtext('" + name + "'))");
            try {
                if (state(connection) != State.LOST) {
                    return false;
                }
                statement.execute("select pg_drop_replication_slot('" + name + "')");
                create(connection);
                return true;
            } finally {
                statement.execute("select pg_advisory_unlock(hashtext('" + name + "'))");
            }
        }
    }
}
