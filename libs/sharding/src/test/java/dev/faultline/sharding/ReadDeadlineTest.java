package dev.faultline.sharding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.net.SocketTimeoutException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;

import javax.sql.DataSource;

import org.assertj.core.api.AbstractThrowableAssert;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.postgresql.util.PSQLException;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;

/** A shard that does not answer: its table is locked, for longer than a read's deadline and shorter than a lock's. */
@Tag("integration")
class ReadDeadlineTest {
    private static final BatchStatement<Bucket, Integer> COUNT = new BatchStatement<>(
            "select count(*) from note, unnest(?::int[])", buckets -> new Object[]{buckets.stream().mapToInt(
                    Bucket::number).toArray()},
            row -> row.getInt(1));

    @AutoClose private final TwoShards two = new TwoShards();
    private final PooledShards shards = two.shards();

    private static int countNotes(JdbcClient jdbc) {
        return jdbc.sql("select count(*) from note").query(Integer.class).single();
    }

    private void assertGivesUp(ThrowingCallable read) throws SQLException {
        assertFails(read).hasRootCauseInstanceOf(SocketTimeoutException.class);
    }

    private AbstractThrowableAssert<?, ?> assertFails(ThrowingCallable read) throws SQLException {
        try (Connection other = Objects.requireNonNull(two.pools.byShard().get(TwoShards.ONE)).getConnection();
                var lock = other.createStatement()) {
            other.setAutoCommit(false);
            lock.execute("lock table note in access exclusive mode");
            var failure = catchThrowable(read);
            other.rollback();
            other.setAutoCommit(true);
            return assertThat(failure).isInstanceOf(DataAccessException.class);
        }
    }

    @Test
    void aReadOfABucketGivesUpAndTheNextOneSucceeds() throws SQLException {
        assertGivesUp(() -> shards.read(two.onOne, ReadDeadlineTest::countNotes));
        assertThat(shards.read(two.onOne, ReadDeadlineTest::countNotes)).isZero();
    }

    @Test
    void aReadOfAllShardsGivesUpAndTheNextOneSucceeds() throws SQLException {
        assertGivesUp(() -> shards.readAll(ReadDeadlineTest::countNotes));
        assertThat(shards.readAll(ReadDeadlineTest::countNotes)).isEqualTo(List.of(0, 0));
    }

    private List<Integer> countInBatch() {
        return shards.read(List.of(two.onOne), Function.identity(), COUNT);
    }

    @Test
    void aReadInABatchGivesUpAtTheCallersDeadlineAndTheNextOneSucceeds() throws SQLException {
        assertGivesUp(() -> Deadline.in(Duration.ofMillis(300)).call(this::countInBatch));
        assertThat(countInBatch()).containsExactly(0);
    }

    /** Without a caller that waits, a lock that takes longer is the server's to end. */
    @Test
    void aReadInABatchWithoutACallerIsNotLimited() throws SQLException {
        assertFails(this::countInBatch).hasRootCauseInstanceOf(PSQLException.class);
    }

    @Test
    void aConnectionHasItsOwnLimitAgainAfterARead() {
        shards.read(two.onOne, ReadDeadlineTest::countNotes);
        for (int timeout : two.pools.byShard().values().stream().map(ReadDeadlineTest::limitMs).toList()) {
            assertThat(timeout).isEqualTo(20_000);
        }
    }

    private static int limitMs(DataSource pool) {
        try (Connection connection = pool.getConnection()) {
            return connection.getNetworkTimeout();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
