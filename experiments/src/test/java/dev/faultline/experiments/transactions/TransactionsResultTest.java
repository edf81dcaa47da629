package dev.faultline.experiments.transactions;

import static dev.faultline.experiments.transactions.Outcome.NO_ANSWER;
import static dev.faultline.experiments.transactions.Outcome.RESERVED;
import static dev.faultline.experiments.transactions.Outcome.SOLD_OUT;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import dev.faultline.experiments.Spread;
import dev.faultline.experiments.Verdict;
import dev.faultline.experiments.transactions.TransactionsResult.Buyer;
import dev.faultline.experiments.transactions.TransactionsResult.Kill;
import dev.faultline.experiments.transactions.TransactionsResult.Run;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TransactionsResultTest {
    private static final Kill BLOCKED = new Kill("two-phase commit", 6_000, 6_000, 0, List.of(new Buyer(-1, 5_000,
            NO_ANSWER), new Buyer(2_000, 6_010, RESERVED), new Buyer(3_000, 6_005, SOLD_OUT)), List.of(new Buyer(0, 4,
                    RESERVED)), List.of());
    private static final Kill TURNED_AWAY = new Kill("saga", 0, 6_000, 5_900, List.of(new Buyer(-1, 3, SOLD_OUT),
            new Buyer(500, 502, SOLD_OUT), new Buyer(6_500, 6_503, RESERVED), new Buyer(7_000, 7_002, SOLD_OUT)), List
                    .of(new Buyer(0, 4, RESERVED), new Buyer(1, 2_001, NO_ANSWER)), List.of());

    private static TransactionsResult result(List<String> violations, List<String> control) {
        var none = new Spread(0, 0, 0, 0);
        var run = new Run("saga", 100, 50, 200, 190, 10, 0, 100, none, none, 10, 3, none, violations);
        return new TransactionsResult("2026-01-01T00:00:00Z", 2, 7, 2, 16, 5_000, List.of(run), List.of(BLOCKED,
                TURNED_AWAY), control);
    }

    @Test
    void countsTheBuyersThatAPreparedTransactionBlocks() {
        assertThat(BLOCKED.answeredMeanwhile()).isZero();
        assertThat(BLOCKED.withoutAnswer()).isEqualTo(1);
        assertThat(BLOCKED.turnedAway()).isZero();
        assertThat(BLOCKED.longestWaitMs()).isEqualTo(5_001);
        assertThat(BLOCKED.mostWaiting()).isEqualTo(3);
        assertThat(BLOCKED.othersDelayed()).isZero();
    }

    @Test
    void countsTheBuyersThatWereTurnedAwayAlthoughTheUnitCameBack() {
        assertThat(TURNED_AWAY.answeredMeanwhile()).isEqualTo(2);
        assertThat(TURNED_AWAY.turnedAway()).isEqualTo(2);
        assertThat(TURNED_AWAY.othersWithoutAnswer()).isEqualTo(1);
        assertThat(TURNED_AWAY.longestWaitOfOthersMs()).isEqualTo(2_000);
        assertThat(TURNED_AWAY.othersDelayed()).isEqualTo(1);
    }

    @Test
    void saysNothingIfTheControlDidNotGoWrong() {
        assertThat(result(List.of(), List.of()).verdict()).isEqualTo(Verdict.SAYS_NOTHING);
        assertThat(result(List.of(), List.of("half")).verdict()).isEqualTo(Verdict.HELD);
        assertThat(result(List.of("oversold"), List.of("half")).verdict()).isEqualTo(Verdict.VIOLATED);
    }

    @Test
    void writesAPageWithItsViolations(@TempDir Path directory) throws Exception {
        Path page = TransactionsReport.write(result(List.of("a < b"), List.of("half")), directory, "result");
        assertThat(Files.readString(page)).contains("class=\"bad\"", "a &lt; b", "killed", "recovered");
        assertThat(directory.resolve("result.json")).content().contains("\"NO_ANSWER\"");
    }
}
