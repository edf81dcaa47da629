package dev.faultline.local.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import dev.faultline.local.parts.RefusedException;
import org.junit.jupiter.api.Test;

class ScheduleTest {
    private static final Set<Fault.Kind> ALL = EnumSet.allOf(Fault.Kind.class);
    private static final List<String> TARGETS = List.of("kafka-1", "shard-1", "order-service-1");

    private static List<Fault> plan(long seed, int minutes) {
        return Schedule.plan(seed, Duration.ofMinutes(minutes), Duration.ofSeconds(8), ALL, TARGETS);
    }

    @Test
    void isTheSameForTheSameSeedAndAnotherForAnother() {
        assertThat(plan(7, 10)).isEqualTo(plan(7, 10)).isNotEqualTo(plan(8, 10));
    }

    @Test
    void hasOneFaultAtATimeAllOfThemWhileThereIsLoad() {
        for (long seed = 0; seed < 50; seed++) {
            Duration healed = Duration.ZERO;
            for (Fault fault : plan(seed, 5)) {
                assertThat(fault.at()).as("seed %d: %s", seed, fault).isGreaterThanOrEqualTo(healed);
                healed = fault.at().plus(fault.lasts());
            }
            assertThat(healed).isLessThanOrEqualTo(Duration.ofMinutes(5));
        }
    }

    @Test
    void bringsEveryKindToEveryTargetBeforeAnyComesAgain() {
        int pairs = 2 * TARGETS.size() + 3;
        assertThat(new HashSet<>(plan(3, 60).subList(0, pairs).stream().map(fault -> fault.kind() + fault.target())
                .toList())).hasSize(pairs);
    }

    @Test
    void bringsOnlyTheKindsThatAreAskedFor() {
        assertThat(Schedule.plan(1, Duration.ofMinutes(10), Duration.ofSeconds(8), EnumSet.of(Fault.Kind.TIMEOUT),
                TARGETS)).isNotEmpty().allMatch(fault -> fault.kind() == Fault.Kind.TIMEOUT);
    }

    @Test
    void leavesNoFaultsLastingForAKillWhichTheSupervisorHeals() {
        assertThat(plan(5, 30)).filteredOn(fault -> fault.kind() == Fault.Kind.KILL).isNotEmpty()
                .allMatch(fault -> fault.lasts().isZero());
    }

    @Test
    void refusesALengthInWhichNothingFits() {
        assertThatThrownBy(() -> Schedule.plan(1, Duration.ofSeconds(2), Duration.ofSeconds(8), ALL, TARGETS))
                .isInstanceOf(RefusedException.class).hasMessageContaining("--minutes");
    }
}
