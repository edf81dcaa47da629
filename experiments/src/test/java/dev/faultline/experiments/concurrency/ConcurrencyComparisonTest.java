package dev.faultline.experiments.concurrency;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

import dev.faultline.experiments.Verdict;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** One comparison on a real server. */
@Tag("integration")
class ConcurrencyComparisonTest {
    private static final int STOCK = 300;

    @TempDir static Path directory;
    private static ConcurrencyResult result;

    @BeforeAll
    static void compare() {
        result = ConcurrencyComparison.run(directory, new ConcurrencyComparison.Plan(List.of(8), STOCK, Duration
                .ofSeconds(60)), (_, _) -> {});
    }

    private static ConcurrencyResult.Sale of(Strategy strategy) {
        return result.sales().stream().filter(sale -> sale.strategy() == strategy).findFirst().orElseThrow();
    }

    static Stream<Strategy> controls() {
        return Stream.of(Strategy.values()).filter(Strategy::isControl);
    }

    static Stream<Strategy> protections() {
        return Stream.of(Strategy.values()).filter(strategy -> !strategy.isControl());
    }

    @ParameterizedTest
    @MethodSource("controls")
    void theControlsOversell(Strategy strategy) {
        assertThat(of(strategy).oversold()).isPositive();
    }

    @ParameterizedTest
    @MethodSource("protections")
    void theOthersSellExactlyTheStock(Strategy strategy) {
        assertThat(of(strategy).sold()).isEqualTo(STOCK);
        assertThat(of(strategy).isWrong()).isFalse();
    }

    @Test
    void theVerdictIsThatTheyHeld() {
        assertThat(result.verdict()).isEqualTo(Verdict.HELD);
    }

    @Test
    void onlyTransactionsThatFindConflictsAreRepeated() {
        assertThat(of(Strategy.PESSIMISTIC).retries()).isZero();
        assertThat(of(Strategy.CONDITIONAL_UPDATE).retries()).isZero();
        assertThat(of(Strategy.OPTIMISTIC).retries()).isPositive();
        assertThat(of(Strategy.SERIALIZABLE).retries()).isPositive();
    }

    @Test
    void leavesNoServerBehind() {
        assertThat(directory).isEmptyDirectory();
    }
}
