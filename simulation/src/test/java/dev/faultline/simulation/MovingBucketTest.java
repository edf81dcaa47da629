package dev.faultline.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.LongStream;

import dev.faultline.simulation.MovingBucket.Outcome;
import dev.faultline.simulation.MovingBucket.Protection;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A bucket moves while its clients write and read, and movers are killed and paused; and what each protection is for. */
class MovingBucketTest {
    private static final long SEED = Long.getLong("simulation.seed", 1);
    private static final long SCHEDULES = Long.getLong("simulation.schedules", 100_000);
    private static final long MAX_SCHEDULES = 100_000;

    @Test
    void violatesNoInvariantOnAnySchedule() {
        List<Outcome> outcomes = LongStream.range(SEED, SEED + SCHEDULES).parallel()
                .mapToObj(seed -> MovingBucket.run(seed, Set.of(), false)).toList();
        outcomes.stream().filter(outcome -> outcome.violation() != null).findFirst().ifPresent(failed -> {
            throw new AssertionError("seed %d violates an invariant: %s%n%n%s".formatted(failed.seed(), failed
                    .violation(), String.join("\n", MovingBucket.run(failed.seed(), Set.of(), true).history())));
        });
        long moves = outcomes.stream().mapToLong(Outcome::moves).sum();
        System.out.printf("%,d schedules with %,d moves%n", outcomes.size(), moves);
        assertThat(moves).isGreaterThan(SCHEDULES);
    }

    @ParameterizedTest
    @CsvSource({"FENCE, noWriteIsLost", "READ_FENCE, readsSeeWhatWasWritten", "EXCLUSIVE_LOCK, noWriteIsLost",
        "LAST_COMPARISON, noWriteIsLost", "FENCING_TOKEN, noWriteIsLost", "TWO_PHASE_COMMIT, everyMoveEnds",
        "TWO_PHASE_COMMIT, noTwoShardsServeABucket"})
    void withoutAProtectionAnInvariantIsViolated(Protection protection, String invariant) {
        var violation = LongStream.range(SEED, SEED + MAX_SCHEDULES).parallel()
                .mapToObj(seed -> MovingBucket.run(seed, Set.of(protection), false).violation())
                .filter(Objects::nonNull).filter(found -> found.invariant().equals(invariant)).findFirst();
        assertThat(violation).isPresent();
        System.out.println("without " + protection + ": " + violation.orElseThrow());
    }
}
