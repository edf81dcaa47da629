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

import dev.faultline.sharding.TwoPhaseCommit.Moment;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.dao.DataAccessException;

class TwoPhaseCommitTest {
    private static final List<Moment> MOMENTS = List.of(Moment.values());
    private TwoShards two;

    /** Stands for the death of the coordinating process: nothing after it runs there. */
    private static final class Died extends RuntimeException {}

    @BeforeEach
    void open() {
        two = new TwoShards();
    }

    @AfterEach
    void close() {
        two.close();
    }

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
        assertThatExceptionOfType(Died.class).isThrownBy(() -> two.shards().transact(List.of(two.onOne, two.onTwo),
                t -> {
                    t.on(two.onOne).jdbc().sql("insert into note (text) values ('a')").update();
                    t.on(two.onTwo).jdbc().sql("insert into note (text) values ('a')").update();
                    throw new Died();
                }));
        assertThat(two.notes(ONE)).isEmpty();
        assertThat(two.notes(TWO)).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void recoversWhenTheCoordinatorDies(Moment moment) {
        var dying = two.shards(at -> {
            if (at == moment) {
                throw new Died();
            }
        });
        assertThatExceptionOfType(Died.class).isThrownBy(() -> noteOnBoth(dying, "a"));
        two.inDoubt().resolve(Duration.ZERO);
        boolean decided = moment == Moment.DECIDED || moment == Moment.COMMITTED_FIRST;
        assertThat(two.notes(ONE)).isEqualTo(decided ? List.of("a") : List.of());
        assertThat(two.notes(TWO)).isEqualTo(two.notes(ONE));
        assertThat(two.inDoubtCount()).isZero();
    }

    @Test
    void aCoordinatorThatWasGivenUpCanNotCommit() {
        var slow = two.shards(at -> {
            if (at == Moment.PREPARED_ALL) {
                two.inDoubt().resolve(Duration.ZERO);
            }
        });
        assertThatExceptionOfType(DataAccessException.class).isThrownBy(() -> noteOnBoth(slow, "a"));
        assertThat(two.notes(ONE)).isEmpty();
        assertThat(two.notes(TWO)).isEmpty();
        assertThat(two.inDoubtCount()).isZero();
    }

    @Test
    void agreesEverywhereWhileCoordinatorsDieAndRecoveryRunsBesideThem() throws Exception {
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            var recovery = two.inDoubt();
            List<? extends Future<?>> all = IntStream.range(0, 200).mapToObj(i -> executor.submit(() -> {
                var shards = two.shards(at -> {
                    if (at == MOMENTS.get(i % MOMENTS.size())) {
                        throw new Died();
                    }
                });
                try {
                    noteOnBoth(shards, "note-%03d".formatted(i));
                } catch (Died | DataAccessException e) {
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
