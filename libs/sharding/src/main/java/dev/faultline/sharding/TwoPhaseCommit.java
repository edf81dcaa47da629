package dev.faultline.sharding;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commits a transaction: locally if it is on one shard, otherwise by two-phase commit with presumed abort.
 *
 * <p>
 * The first shard by name coordinates. The other shards prepare; then the coordinating shard commits its part together
 * with a decision row, which is the commit point; then the others commit their prepared transactions. So n shards need
 * n-1 prepared transactions, and the decision is as durable as the data. If the coordinator crashes, {@link
 * InDoubtTransactions} reads the decision row, or inserts an abort, which makes a late commit of the coordinator fail.
 *
 * @see <a href="https://doi.org/10.1145/7239.7266">Mohan, Lindsay, Obermarck: R*, 1986 (presumed abort)</a>
 */
final class TwoPhaseCommit {
    private static final Logger log = LoggerFactory.getLogger(TwoPhaseCommit.class);

    /** The points at which tests crash a coordinator. */
    enum CrashPoint {
        FIRST_PREPARED, ALL_PREPARED, DECIDED, FIRST_COMMITTED
    }

    interface Observer {
        void reached(CrashPoint point);
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

    /** The prefix of the names of this database's prepared transactions. */
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
                commitLocally(sessions.getFirst().connection());
            } else {
                commit(sessions.getFirst(), sessions.subList(1, sessions.size()));
            }
        } catch (SQLException e) {
            throw OpenTransaction.translate("commit", e);
        }
    }

    private void commit(ShardSession coordinator, List<ShardSession> participants) throws SQLException {
        var gid = gidPrefix(database) + coordinator.shard() + ":" + UUID.randomUUID();
        for (int i = 0; i < participants.size(); i++) {
            prepare(participants, i, gid);
        }
        observer.reached(CrashPoint.ALL_PREPARED);
        try (var decision = coordinator.connection()
                .prepareStatement("insert into two_phase_commit (gid, committed) values (?, true)")) {
            decision.setString(1, gid);
            decision.executeUpdate();
        } catch (SQLException e) {
            // Nothing is decided, so all can be rolled back. Once commit() was attempted, only recovery may decide.
            participants.forEach(participant -> resolve(participant, "rollback", gid));
            throw e;
        }
        commitLocally(coordinator.connection());
        observer.reached(CrashPoint.DECIDED);
        for (ShardSession participant : participants) {
            resolve(participant, "commit", gid);
            observer.reached(CrashPoint.FIRST_COMMITTED);
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
        observer.reached(CrashPoint.FIRST_PREPARED);
    }

    /** Failures are left to recovery, because the decision is durable. */
    private static void resolve(ShardSession participant, String outcome, String gid) {
        try (var statement = participant.connection().createStatement()) {
            statement.execute(outcome + " prepared '" + gid + "'");
        } catch (SQLException e) {
            log.warn("{} is in doubt on {} until recovery: {}", gid, participant.shard(), e.getMessage());
        }
    }

    private static void commitLocally(Connection connection) throws SQLException {
        connection.commit();
        connection.setAutoCommit(true);
    }
}
