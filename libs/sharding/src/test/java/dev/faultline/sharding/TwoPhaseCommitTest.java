package dev.faultline.sharding;

import static dev.faultline.sharding.TwoShards.ONE;
import static dev.faultline.sharding.TwoShards.TWO;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

import com.zaxxer.hikari.HikariDataSource;
import dev.faultline.sharding.TwoPhaseCommit.CrashPoint;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.dao.DataAccessException;

@Tag("integration")
class TwoPhaseCommitTest {
    private static final List<CrashPoint> CRASH_POINTS = List.of(CrashPoint.values());
    @AutoClose private final TwoShards two = new TwoShards();

    /** Simulates a crash of the coordinating process. */
    private static final class CoordinatorCrash extends RuntimeException {}

    private void noteOnBoth(PooledShards shards, String text) {
        shards.transact(List.of(two.onOne, two.onTwo), transaction -> {
            transaction.sessions()
                    .forEach(session -> session.jdbc().sql("insert into note (text) values (?)").param(text).update());
            return 0;
        });
    }

    @Test
    void commitsOnEveryShard() {
        noteOnBoth(two.shards(), "a");
        assertThat(two.notes(ONE)).containsExactly("a");
        assertThat(two.notes(TWO)).containsExactly("a");
        assertThat(two.inDoubtCount()).isZero();
    }

    @Test
    void leavesNothingWhenTheWorkFails() {
        assertThatExceptionOfType(CoordinatorCrash.class).isThrownBy(() -> two.shards().transact(List.of(two.onOne,
                two.onTwo),
                t -> {
                    t.on(two.onOne).jdbc().sql("insert into note (text) values ('a')").update();
                    t.on(two.onTwo).jdbc().sql("insert into note (text) values ('a')").update();
                    throw new CoordinatorCrash();
                }));
        assertThat(two.notes(ONE)).isEmpty();
        assertThat(two.notes(TWO)).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void recoversWhenTheCoordinatorCrashes(CrashPoint point) {
        var dying = two.shards(reached -> {
            if (reached == point) {
                throw new CoordinatorCrash();
            }
        });
        assertThatExceptionOfType(CoordinatorCrash.class).isThrownBy(() -> noteOnBoth(dying, "a"));
        two.inDoubt().resolve(Duration.ZERO);
        boolean decided = point == CrashPoint.DECIDED || point == CrashPoint.FIRST_COMMITTED;
        assertThat(two.notes(ONE)).isEqualTo(decided ? List.of("a") : List.of());
        assertThat(two.notes(TWO)).isEqualTo(two.notes(ONE));
        assertThat(two.inDoubtCount()).isZero();
    }

    @Test
    void recoversAlthoughAShardThatTookNoPartIsAway() {
        var dying = two.shards(reached -> {
            if (reached == CrashPoint.DECIDED) {
                throw new CoordinatorCrash();
            }
        });
        assertThatExceptionOfType(CoordinatorCrash.class).isThrownBy(() -> noteOnBoth(dying, "a"));
        try (var away = new HikariDataSource()) {
            away.setJdbcUrl("jdbc:postgresql://127.0.0.1:1/nowhere");
            away.setInitializationFailTimeout(-1);
            away.setConnectionTimeout(250);
            two.inDoubt(away).resolve(Duration.ZERO);
        }
        assertThat(two.notes(ONE)).containsExactly("a");
        assertThat(two.inDoubtCount()).isZero();
    }

    @Test
    void aCoordinatorThatRecoveryHasAbortedCannotCommit() {
        var slow = two.shards(reached -> {
            if (reached == CrashPoint.ALL_PREPARED) {
                two.inDoubt().resolve(Duration.ZERO);
            }
        });
        assertThatExceptionOfType(DataAccessException.class).isThrownBy(() -> noteOnBoth(slow, "a"));
        assertThat(two.notes(ONE)).isEmpty();
        assertThat(two.notes(TWO)).isEmpty();
        assertThat(two.inDoubtCount()).isZero();
    }

    @Test
    void agreesOnAllShardsWhileCoordinatorsCrashAndRecoveryRunsConcurrently() throws Exception {
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            var recovery = two.inDoubt();
            List<? extends Future<?>> all = IntStream.range(0, 200).mapToObj(i -> executor.submit(() -> {
                var shards = two.shards(reached -> {
                    if (reached == CRASH_POINTS.get(i % CRASH_POINTS.size())) {
                        throw new CoordinatorCrash();
                    }
                });
                try {
                    noteOnBoth(shards, "note-%03d".formatted(i));
                } catch (CoordinatorCrash | DataAccessException e) {
                    recovery.resolve(Duration.ofMillis(i % 5));
                }
            })).toList();
            for (Future<?> each : all) {
                each.get();
            }
            recovery.resolve(Duration.ZERO);
        }
        assertThat(two.inDoubtCount()).isZero();
        assertThat(two.notes(TWO)).isEqualTo(two.notes(ONE)).isNotEmpty();
    }
}
