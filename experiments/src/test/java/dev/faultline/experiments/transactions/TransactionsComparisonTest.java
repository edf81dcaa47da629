package dev.faultline.experiments.transactions;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

import dev.faultline.experiments.Verdict;
import dev.faultline.experiments.transactions.TransactionsResult.Kill;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One comparison on real servers, with a real kill -9. */
@Tag("integration")
class TransactionsComparisonTest {
    @TempDir static Path directory;
    private static TransactionsResult result;

    @BeforeAll
    static void compare() {
        var plan = new TransactionsComparison.Plan(List.of(100), List.of(50), Duration.ofSeconds(1), 7, Duration
                .ofMillis(500), Duration.ofSeconds(2));
        result = TransactionsComparison.run(directory, plan, (_, _) -> {});
    }

    private static Kill kill(Kind kind) {
        return result.kills().stream().filter(kill -> kill.protocol().equals(kind.title())).findFirst().orElseThrow();
    }

    @Test
    void bothReserveAllOrNothing() {
        assertThat(result.violations()).isEmpty();
        assertThat(result.runs()).hasSize(2).allMatch(run -> run.orders() == 100 && run.reserved() > 80
                && run.noAnswer() == 0);
        assertThat(result.runs()).extracting(run -> run.compensations() > 0).containsExactly(false, true);
    }

    @Test
    void theControlLeavesHalfAReservation() {
        assertThat(result.control()).anyMatch(violation -> violation.contains("all or nothing"));
        assertThat(result.verdict()).isEqualTo(Verdict.HELD);
    }

    @Test
    void aKilledCoordinatorKeepsItsRowsLockedUntilRecovery() {
        Kill kill = kill(Kind.TWO_PHASE);
        assertThat(kill.lockedUntilMs()).isPositive();
        assertThat(kill.sameUnit()).isNotEmpty();
        assertThat(kill.answeredMeanwhile()).isZero();
    }

    @Test
    void theRowsAreFreeAfterRecovery() {
        assertThat(kill(Kind.TWO_PHASE).sameUnit()).filteredOn(buyer -> buyer.outcome() == Outcome.RESERVED).hasSize(1);
        assertThat(kill(Kind.TWO_PHASE).sameUnit().getLast().isAnswered()).isTrue();
    }

    @Test
    void aKilledSagaBlocksNobodyButTurnsBuyersAway() {
        Kill kill = kill(Kind.SAGA);
        assertThat(kill.lockedUntilMs()).isZero();
        assertThat(kill.withoutAnswer()).isZero();
        assertThat(kill.turnedAway()).isPositive();
        assertThat(kill.sameUnit()).filteredOn(buyer -> buyer.outcome() == Outcome.RESERVED).hasSize(1);
    }

    @Test
    void aReaderSeesTheKilledSagaHalfDoneAndNotTheKilledTransaction() {
        assertThat(kill(Kind.SAGA).seenHalfMs()).isPositive();
        assertThat(kill(Kind.TWO_PHASE).seenHalfMs()).isZero();
    }

    @Test
    void leavesNoServerBehind() {
        assertThat(directory).isEmptyDirectory();
    }
}
