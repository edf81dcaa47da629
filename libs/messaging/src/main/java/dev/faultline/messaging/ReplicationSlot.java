package dev.faultline.messaging;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * The slot of a database's outbox: the server keeps the log from the slot's position on, and lets one reader at a time
 * have it. (PostgreSQL manual, "Logical Decoding Concepts".)
 */
final class ReplicationSlot {
    private static final String DUPLICATE_OBJECT = "42710";

    private final String name;

    private ReplicationSlot(String name) {
        this.name = name;
    }

    enum State {
        /** There is none: nothing keeps the log. */
        MISSING,
        /** It is being created: the log is kept from some later position on. */
        CREATING,
        /** The server gave it up, because it held back more log than {@code max_slot_wal_keep_size}. */
        LOST,
        /** Another reader has it. */
        TAKEN, FREE
    }

    /** Slots of all databases of a server share one space of names. */
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
     * From the return on, the log is kept. Waits for the transactions that are under way. As a failover slot, it lives on
     * at a standby that synchronizes slots.
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
     * A new slot in the place of a lost one; from the return on, the log is kept. One relay at a time looks, drops and
     * creates: without the lock a second one would drop the slot that the first has just made, and with it what was
     * written meanwhile.
     *
     * @return whether it was lost; else nothing is done
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
