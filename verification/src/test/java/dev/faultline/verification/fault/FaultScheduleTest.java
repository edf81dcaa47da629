package dev.faultline.verification.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;

import dev.faultline.backing.FaultlineException;
import org.junit.jupiter.api.Test;

class FaultScheduleTest {
    private static final List<FaultKind> ALL = FaultKind.ALL;
    private static final List<String> TARGETS = List.of("kafka-1", "shard-1", "order-service-1", "shard-2 standby");

    private static FaultKind named(String name) {
        return FaultKind.named(name).orElseThrow();
    }

    private static List<ScheduledFault> plan(long seed, int minutes) {
        return FaultSchedule.draw(seed, Duration.ofMinutes(minutes), Duration.ofSeconds(8), ALL, TARGETS);
    }

    @Test
    void dependsOnTheSeedOnly() {
        assertThat(plan(7, 10)).isEqualTo(plan(7, 10)).isNotEqualTo(plan(8, 10));
    }

    @Test
    void neverOverlapsFaultsAndHealsAllDuringTheLoad() {
        for (long seed = 0; seed < 50; seed++) {
            Duration healed = Duration.ZERO;
            for (ScheduledFault fault : plan(seed, 5)) {
                assertThat(fault.at()).as("seed %d: %s", seed, fault).isGreaterThanOrEqualTo(healed);
                healed = fault.at().plus(fault.duration());
            }
            assertThat(healed).isLessThanOrEqualTo(Duration.ofMinutes(5));
        }
    }

    @Test
    void injectsEveryKindIntoEveryTargetBeforeAnyRepeats() {
        int pairs = 2 * TARGETS.size() + 3 + 1 + 1;
        assertThat(new HashSet<>(plan(3, 60).subList(0, pairs).stream().map(fault -> fault.kind().name() + fault
                .target())
                .toList())).hasSize(pairs);
    }

    @Test
    void injectsOnlyTheRequestedKinds() {
        assertThat(FaultSchedule.draw(1, Duration.ofMinutes(10), Duration.ofSeconds(8), List.of(named(
                "acquirer-timeout")),
                TARGETS)).isNotEmpty().allMatch(fault -> fault.kind().name().equals("acquirer-timeout"));
    }

    @Test
    void aStandbysLagHitsItsRoleOnly() {
        assertThat(FaultSchedule.draw(1, Duration.ofMinutes(10), Duration.ofSeconds(8), List.of(named("standby-lag")),
                TARGETS)).isNotEmpty().allMatch(fault -> fault.target().equals("shard-2 standby") && !fault.duration()
                        .isZero());
    }

    @Test
    void saysThatTheTargetsCannotHaveTheFaults() {
        assertThatThrownBy(() -> FaultSchedule.draw(1, Duration.ofMinutes(1), Duration.ofSeconds(8), List.of(named(
                "standby-lag"), named("shard-drain")), List.of("kafka-1"))).isInstanceOf(FaultlineException.class)
                .hasMessageContaining("standby-lag, shard-drain").hasMessageContaining("kafka-1");
    }

    @Test
    void drainsAShardThatIsAPod() {
        assertThat(FaultSchedule.draw(1, Duration.ofMinutes(1), Duration.ofSeconds(8), List.of(named("shard-drain")),
                List.of("kafka-0", "shard-1-0", "order-service-1"))).isNotEmpty().allMatch(fault -> fault.target()
                        .equals(
                                "shard-1-0"));
    }

    @Test
    void givesAKillNoDurationBecauseItHealsByItself() {
        assertThat(plan(5, 30)).filteredOn(fault -> fault.kind().name().equals("kill")).isNotEmpty()
                .allMatch(fault -> fault.duration().isZero());
    }

    @Test
    void rejectsALengthInWhichNoFaultFits() {
        assertThatThrownBy(() -> FaultSchedule.draw(1, Duration.ofSeconds(2), Duration.ofSeconds(8), ALL, TARGETS))
                .isInstanceOf(FaultlineException.class).hasMessageContaining("--minutes");
    }
}
