package dev.faultline.sharding;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commits a transaction: locally if it is on one shard, else by two-phase commit with presumed abort.
 *
 * <p>
 * The first shard by name coordinates. The others prepare; then the coordinating shard commits its own part together
 * with a row that says so, and that commit is the decision; then the others commit what they prepared. So n shards need
 * n-1 prepared transactions, and the decision is as durable as the data. When a coordinator dies, {@link
 * InDoubtTransactions} reads the row, or inserts its opposite, which bars the dead coordinator from committing after
 * all.
 *
 * @see <a href="https://doi.org/10.1145/7239.7266">Mohan, Lindsay, Obermarck: R*, 1986 (presumed abort)</a>
 */
final class TwoPhaseCommit {
    private static final Logger log = LoggerFactory.getLogger(TwoPhaseCommit.class);

    /** The moments at which a coordinator can die; tests make it so. */
    enum Moment {
        PREPARED_FIRST, PREPARED_ALL, DECIDED, COMMITTED_FIRST
    }

    interface Observer {
        void at(Moment moment);
    }

    private final String database;
    private final Observer observer;

    TwoPhaseCommit(String database) {
        this(database, _ -> {});
    }

    TwoPhaseCommit(String database, Observer observer) {
        this.database = database;
        this.observer = observer;
    }

    /** Begins the names of all prepared transactions of this database that the shard coordinates. */
    static String gidPrefix(String database) {
        return "faultline:" + database + ":";
    }

    static ShardName coordinatorOf(String gid) {
        return new ShardName(gid.split(":", -1)[2]);
    }

    void commit(OpenTransaction transaction) {
        List<ShardSession> sessions = List.copyOf(transaction.sessions());
        try {
            if (sessions.size() == 1) {
                finish(sessions.getFirst().connection());
            } else {
                commit(sessions.getFirst(), sessions.subList(1, sessions.size()));
            }
        } catch (SQLException e) {
            throw OpenTransaction.translated("commit", e);
        }
    }

    private void commit(ShardSession coordinator, List<ShardSession> participants) throws SQLException {
        var gid = gidPrefix(database) + coordinator.shard() + ":" + UUID.randomUUID();
        for (int i = 0; i < participants.size(); i++) {
            prepare(participants, i, gid);
        }
        observer.at(Moment.PREPARED_ALL);
        try (var decision = coordinator.connection()
                .prepareStatement("insert into two_phase_commit (gid, committed) values (?, true)")) {
            decision.setString(1, gid);
            decision.executeUpdate();
        } catch (SQLException e) {
            // Nothing is decided yet, so all can still be given up; after commit() was tried, only recovery may judge.
            participants.forEach(participant -> resolve(participant, "rollback", gid));
            throw e;
        }
        finish(coordinator.connection());
        observer.at(Moment.DECIDED);
        for (ShardSession participant : participants) {
            resolve(participant, "commit", gid);
            observer.at(Moment.COMMITTED_FIRST);
        }
    }

    private void prepare(List<ShardSession> participants, int index, String gid) throws SQLException {
        Connection connection = participants.get(index).connection();
        try (var statement = connection.createStatement()) {
            statement.execute("prepare transaction '" + gid + "'");
            connection.setAutoCommit(true);
        } catch (SQLException e) {
            participants.subList(0, index).forEach(prepared -> resolve(prepared, "rollback", gid));
            throw e;
        }
        observer.at(Moment.PREPARED_FIRST);
    }

    /** The outcome is decided and durable: if it cannot be carried out here, recovery will. */
    private static void resolve(ShardSession participant, String outcome, String gid) {
        try (var statement = participant.connection().createStatement()) {
            statement.execute(outcome + " prepared '" + gid + "'");
        } catch (SQLException e) {
            log.warn("{} stays in doubt on {} until recovery: {}", gid, participant.shard(), e.getMessage());
        }
    }

    private static void finish(Connection connection) throws SQLException {
        connection.commit();
        connection.setAutoCommit(true);
    }
}
