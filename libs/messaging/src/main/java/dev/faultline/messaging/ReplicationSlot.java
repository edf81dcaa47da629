package dev.faultline.messaging;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * The replication slot of a database's outbox: the server retains the log from the slot's position on, and admits one
 * reader at a time.
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
        /** There is no slot: no log is retained. */
        MISSING,
        /** It is being created: the log is retained from some later position on. */
        CREATING,
        /** The server invalidated it, because it retained more log than {@code max_slot_wal_keep_size}. */
        LOST,
        /** It has a reader. */
        TAKEN, FREE
    }

    /** The name is qualified by the database, because the slots of a server share one namespace. */
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
     * Creates the slot; the log is retained from the return on. Waits for running transactions. It is a failover slot, so
     * a standby that synchronizes slots keeps it.
     */
    void create(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("select pg_create_logical_replication_slot('" + name
                    + "', 'pgoutput', false, false, failover => true)");
        } catch (SQLException e) {
            if (!DUPLICATE_OBJECT.equals(e.getSQLState())) { // then another relay was faster
                throw e;
            }
        }
    }

    /**
     * Replaces a lost slot; the log is retained from the return on. An advisory lock serializes relays: without it a
     * second relay would drop the slot that the first has just created, and the messages written since.
     *
     * @return whether the slot was lost; if not, nothing is done
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
