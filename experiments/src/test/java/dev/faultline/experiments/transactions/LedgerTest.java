package dev.faultline.experiments.transactions;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;

import dev.faultline.experiments.transactions.Ledger.Line;
import dev.faultline.experiments.transactions.Ledger.Stock;
import org.junit.jupiter.api.Test;

class LedgerTest {
    private static final Map<String, Integer> RECEIVED = Map.of("CUP", 2, "TEA", 2);
    private static final Reservation ORDER = new Reservation("one", "CUP", "TEA");

    private static List<String> violations(int cups, int teas, long inFlight, Map<Reservation, Boolean> answers,
            Line... lines) {
        return new Ledger(List.of(new Stock("CUP", cups, 2 - cups), new Stock("TEA", teas, 2 - teas)), List.of(lines),
                inFlight).violations(RECEIVED, answers);
    }

    @Test
    void findsNothingInAnOrderWithBothProductsNorInOneWithNone() {
        assertThat(violations(1, 1, 0, Map.of(ORDER, true, new Reservation("two", "CUP", "TEA"), false), new Line("one",
                "CUP", true), new Line("one", "TEA", true), new Line("two", "CUP", false))).isEmpty();
    }

    @Test
    void acceptsEitherOutcomeOfAnOrderWithoutAnAnswer() {
        assertThat(violations(2, 2, 0, Map.of())).isEmpty();
        assertThat(violations(1, 1, 0, Map.of(), new Line("one", "CUP", true), new Line("one", "TEA", true))).isEmpty();
    }

    @Test
    void findsHalfAReservation() {
        assertThat(violations(1, 2, 0, Map.of(), new Line("one", "CUP", true), new Line("one", "TEA", false)))
                .containsExactly("one has reserved [CUP] only: it is not all or nothing");
    }

    @Test
    void findsALostReservation() {
        assertThat(violations(2, 2, 0, Map.of(ORDER, true))).containsExactly(
                "one was told that it has both products, but it has []");
    }

    @Test
    void findsAReservationOfAnOrderThatWasRefused() {
        assertThat(violations(1, 1, 0, Map.of(ORDER, false), new Line("one", "CUP", true), new Line("one", "TEA",
                true))).containsExactly("one was told that it has none, but it has [CUP, TEA]");
    }

    @Test
    void findsStockThatNobodyHolds() {
        assertThat(violations(1, 2, 0, Map.of())).containsExactly("CUP: orders hold 0, the stock says 1");
    }

    @Test
    void findsStockThatWasNotReceived() {
        assertThat(new Ledger(List.of(new Stock("CUP", 3, 0)), List.of(), 0).violations(RECEIVED, Map.of()))
                .containsExactly("CUP: 3 available and 0 reserved, but 2 were received");
    }

    @Test
    void findsOversoldStock() {
        assertThat(violations(0, 0, 0, Map.of(), new Line("one", "CUP", true), new Line("one", "TEA", true), new Line(
                "two", "CUP", true), new Line("two", "TEA", true), new Line("three", "CUP", true), new Line("three",
                        "TEA", true))).contains("CUP: oversold, orders hold 3 of 2",
                                "TEA: oversold, orders hold 3 of 2");
    }

    @Test
    void findsWhatIsStillInFlight() {
        assertThat(violations(2, 2, 1, Map.of())).containsExactly("1 transactions or sagas were not completed");
    }
}
