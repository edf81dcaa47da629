package dev.faultline.protocols;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;

import dev.faultline.protocols.schedules.Outcome;
import dev.faultline.protocols.schedules.Protocol;
import dev.faultline.protocols.schedules.Replay;
import dev.faultline.protocols.schedules.Variant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every protocol holds, every control goes wrong, and every seed is played again exactly. {@code protocols.seed} is the first
 * seed.
 */
class ProtocolsTest {
    private static final long SEED = Long.getLong("protocols.seed", 1);
    private static final int FEW = 50;

    static Stream<Arguments> protocols() {
        return variants(false);
    }

    static Stream<Arguments> controls() {
        return variants(true);
    }

    static Stream<Arguments> all() {
        return Stream.concat(protocols(), controls());
    }

    private static Stream<Arguments> variants(boolean control) {
        return Protocols.ALL.stream().flatMap(protocol -> protocol.variants().stream().filter(variant -> variant
                .isControl() == control).map(variant -> argumentSet(protocol.name() + " " + variant.name(), protocol,
                        variant)));
    }

    @ParameterizedTest
    @MethodSource("protocols")
    void holdsOnTenThousandSchedules(Protocol protocol, Variant variant) {
        Outcome outcome = run(protocol, variant);
        assertThat(outcome.schedules()).isGreaterThanOrEqualTo(10_000);
        assertThat(outcome.first()).isEmpty();
        assertThat(outcome.missing()).as("what never happened").isEmpty();
        assertThat(outcome.isAsExpected()).isTrue();
    }

    @ParameterizedTest
    @MethodSource("controls")
    void goesWrongWithoutWhatTheControlTakesAway(Protocol protocol, Variant variant) {
        Outcome outcome = run(protocol, variant);
        assertThat(outcome.violations()).containsKey(variant.breaks());
        assertThat(outcome.isAsExpected()).isTrue();
    }

    private static Outcome run(Protocol protocol, Variant variant) {
        long begin = System.nanoTime();
        Outcome outcome = variant.run(SEED, variant.schedules(), _ -> {});
        double seconds = (System.nanoTime() - begin) / 1e9;
        System.out.printf("%s %s: %,d schedules from seed %d in %.1f s (%,.0f/s), violations %s%n  %s%n  %s%n", protocol
                .name(), variant.name(), variant.schedules(), SEED, seconds, variant.schedules() / seconds, outcome
                        .violations(), outcome.coverage(), outcome.figures());
        return outcome;
    }

    @ParameterizedTest
    @MethodSource("controls")
    void replaysAFailureExactly(Protocol protocol, Variant variant) {
        Outcome.Failure failure = variant.run(SEED, variant.schedules(), _ -> {}).first().getFirst();
        Replay replay = variant.replay(failure.seed());
        assertThat(replay.anomaly()).isEqualTo(failure.what());
        assertThat(replay.text()).contains(failure.what());
        assertThat(variant.replay(failure.seed())).isEqualTo(replay);
    }

    /** A replay must show the schedule that failed when nothing was recorded. */
    @ParameterizedTest
    @MethodSource("all")
    void playsTheSameScheduleWhetherOrNotItIsRecorded(Protocol protocol, Variant variant) {
        LongStream.range(SEED, SEED + FEW).forEach(seed -> {
            Replay replay = variant.replay(seed);
            assertThat(replay.trace().events()).isNotEmpty();
            assertThat(replay.fingerprint()).isEqualTo(variant.fingerprint(seed));
        });
    }

    @ParameterizedTest
    @MethodSource("all")
    void playsAnotherScheduleForEachSeed(Protocol protocol, Variant variant) {
        assertThat(LongStream.range(SEED, SEED + FEW).mapToObj(variant::fingerprint)).doesNotHaveDuplicates();
    }

    /** The order of sets and maps of the JDK may differ from one process to the next; no schedule may depend on it. */
    @Test
    void playsTheSameSchedulesInAnotherProcess() throws Exception {
        Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
                System.getProperty("java.class.path"), Traces.class.getName()).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(output.lines()).containsExactlyElementsOf(Traces.lines());
    }

    /** Prints a line for some schedules of every variant. */
    static final class Traces {
        private Traces() {}

        public static void main(String[] arguments) {
            lines().forEach(System.out::println);
        }

        static List<String> lines() {
            return Protocols.ALL.stream().flatMap(protocol -> protocol.variants().stream().flatMap(
                    variant -> LongStream.range(SEED, SEED + FEW).mapToObj(seed -> "%s %s %d %x".formatted(protocol
                            .name(), variant.name(), seed, variant.replay(seed).text().hashCode()))))
                    .toList();
        }
    }

    @Test
    void describesItself() {
        assertThat(Protocols.ALL.stream().map(Protocol::name)).doesNotHaveDuplicates();
        for (Protocol protocol : Protocols.ALL) {
            assertThat(protocol.hypothesis()).isNotBlank();
            assertThat(protocol.control()).isNotBlank();
            assertThat(protocol.sources()).isNotEmpty().allMatch(source -> "https".equals(source.link().getScheme()));
            assertThat(protocol.variants().getFirst().isControl()).isFalse();
            assertThat(protocol.variants().stream().map(Variant::name)).doesNotHaveDuplicates();
            assertThat(protocol.variants()).anyMatch(Variant::isControl);
        }
    }

    @Test
    void namesTheProtocolsAndVariantsThatThereAre() {
        assertThat(Protocols.named("raft").variant("lone-reads").isControl()).isTrue();
        assertThatThrownBy(() -> Protocols.named("raff")).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no protocol raff").hasMessageContaining(Protocols.ALL.stream().map(
                        Protocol::name).collect(Collectors.joining(", ")));
        assertThatThrownBy(() -> Protocols.named("raft").variant("x")).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("raft has no variant x, only raft, forgotten-vote, earlier-terms, lone-reads");
    }
}
