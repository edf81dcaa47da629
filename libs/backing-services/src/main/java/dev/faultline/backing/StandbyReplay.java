package dev.faultline.backing;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

/**
 * Makes a standby lag behind its primary. It goes on receiving the log and acknowledging synchronous commits, so no write
 * waits and a promotion loses nothing; but it replays nothing, so its readers see an ever older state.
 *
 * <p>
 * Replay is paused, and not delayed by {@code recovery_min_apply_delay}, because a pause is not stored: it ends with the
 * server's process, and with a promotion, which replays everything first. So nothing is left of it if nobody can
 * heal it. The setting would survive in the data directory, and would be copied to the next standby. And it would only delay
 * what is committed from then on, by a bounded time, whereas after {@link #pause} nothing more is seen.
 *
 * @see <a href="https://www.postgresql.org/docs/18/functions-admin.html#FUNCTIONS-RECOVERY-CONTROL">Recovery control
 *      functions</a>
 */
public final class StandbyReplay {
    private static final Duration PAUSE = Duration.ofSeconds(10);
    private static final String STATE = """
            SELECT pg_get_wal_replay_pause_state() = 'paused',
                coalesce(greatest(pg_wal_lsn_diff(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn()), 0), 0)::bigint
            WHERE pg_is_in_recovery()""";

    private final PostgresServer standby;

    public StandbyReplay(PostgresServer standby) {
        this.standby = standby;
    }

    /**
     * Returns when the standby replays nothing more. Idempotent.
     *
     * @throws FaultlineException if it is not a standby, does not answer, or goes on replaying for ten seconds
     */
    public void pause() {
        try (Connection superuser = standby.connect(); Statement statement = superuser.createStatement()) {
            statement.execute("SELECT pg_wal_replay_pause()");
            if (!Polling.until(PAUSE, () -> isPaused(statement))) {
                throw new FaultlineException(standby.name() + " is still replaying after " + PAUSE.toSeconds()
                        + " seconds. See ./faultline status.");
            }
        } catch (SQLException e) {
            throw new FaultlineException(standby.name() + " cannot be made to lag: " + e.getMessage() + ". See"
                    + " ./faultline status.", e);
        }
    }

    private static boolean isPaused(Statement statement) {
        try {
            return state(statement).isPaused();
        } catch (SQLException e) {
            return false; // it may have ended meanwhile
        }
    }

    /**
     * Undoes {@link #pause}. Has no effect on a server that is not paused, or is not a standby any more.
     *
     * @return false if the server does not answer
     */
    public boolean resume() {
        try (Connection superuser = standby.connect(); Statement statement = superuser.createStatement()) {
            statement.execute("SELECT pg_wal_replay_resume() WHERE pg_is_in_recovery()");
            return true;
        } catch (SQLException e) {
            return false;
        }
    }

    /**
     * Asks the standby. A server that is not a standby is not paused and not behind.
     *
     * @throws SQLException if it does not answer
     */
    public ReplayState state() throws SQLException {
        try (Connection superuser = standby.connect(); Statement statement = superuser.createStatement()) {
            return state(statement);
        }
    }

    private static ReplayState state(Statement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery(STATE)) {
            return row.next() ? new ReplayState(row.getBoolean(1), row.getLong(2)) : new ReplayState(false, 0);
        }
    }
}
