package dev.faultline.inventory.reservation;

import static dev.faultline.inventory.Commands.lines;
import static dev.faultline.inventory.Commands.order;
import static dev.faultline.inventory.Commands.release;
import static dev.faultline.inventory.Commands.reserve;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.Map;

import dev.faultline.contracts.CheckoutReply;
import dev.faultline.contracts.CheckoutReply.StockRejected;
import dev.faultline.contracts.CheckoutReply.StockReleased;
import dev.faultline.contracts.CheckoutReply.StockReserved;
import dev.faultline.contracts.InventoryCommand;
import dev.faultline.contracts.OrderId;
import dev.faultline.contracts.Sku;
import dev.faultline.inventory.reservation.Reservation.Rejected;
import dev.faultline.inventory.reservation.Reservation.Released;
import dev.faultline.inventory.reservation.Reservation.Reserved;
import org.junit.jupiter.api.Test;

class AllocatingStockTest {
    private static final Sku COFFEE = new Sku("COFFEE");
    private static final Sku TEA = new Sku("TEA");
    private static final OrderId FIRST = order(1);
    private static final OrderId SECOND = order(2);

    private final AllocatingStock allocation = new AllocatingStock(Map.of(COFFEE, 3, TEA, 5), List.of());

    private List<CheckoutReply> decide(InventoryCommand... commands) {
        return List.of(commands).stream().map(allocation::decide).toList();
    }

    @Test
    void reservesAllLines() {
        assertThat(decide(reserve(FIRST, "TEA 2", "COFFEE 3"))).containsExactly(new StockReserved(FIRST));
        assertThat(allocation.allocated()).isEqualTo(Map.of(COFFEE, 3, TEA, 2));
        assertThat(allocation.created()).containsExactly(new Reserved(FIRST, lines("COFFEE 3", "TEA 2")));
    }

    @Test
    void reservesNothingWhenOneLineIsShort() {
        assertThat(decide(reserve(FIRST, "COFFEE 3", "TEA 6"))).containsExactly(new StockRejected(FIRST, TEA, 6, 5));
        assertThat(allocation.allocated()).isEmpty();
        assertThat(allocation.created())
                .containsExactly(new Rejected(FIRST, lines("COFFEE 3", "TEA 6"), new Shortage(TEA, 6, 5)));
    }

    @Test
    void namesTheFirstShortSkuInTheOrderOfSkus() {
        assertThat(decide(reserve(FIRST, "TEA 9", "COFFEE 9"))).containsExactly(new StockRejected(FIRST, COFFEE, 9, 3));
    }

    @Test
    void allocatesFirstComeFirstServed() {
        assertThat(decide(reserve(SECOND, "COFFEE 2"), reserve(FIRST, "COFFEE 2"))).containsExactly(
                new StockReserved(SECOND), new StockRejected(FIRST, COFFEE, 2, 1));
    }

    @Test
    void aSkuThatWasNeverReceivedCountsAsNone() {
        assertThat(decide(reserve(FIRST, "SILK 1")))
                .containsExactly(new StockRejected(FIRST, new Sku("SILK"), 1, 0));
    }

    @Test
    void makesReleasedStockAvailableToTheNextOrder() {
        assertThat(decide(reserve(FIRST, "COFFEE 3"), release(FIRST, "COFFEE 3"), reserve(SECOND, "COFFEE 3")))
                .containsExactly(new StockReserved(FIRST), new StockReleased(FIRST), new StockReserved(SECOND));
        assertThat(allocation.allocated()).isEqualTo(Map.of(COFFEE, 3));
        assertThat(allocation.created()).containsExactly(new Released(FIRST, lines("COFFEE 3")),
                new Reserved(SECOND, lines("COFFEE 3")));
        assertThat(allocation.released()).isEmpty();
    }

    @Test
    void repliesToARepeatedCommandAsTheFirstTime() {
        assertThat(decide(reserve(FIRST, "COFFEE 2"), reserve(SECOND, "COFFEE 2"), reserve(FIRST, "COFFEE 2"),
                release(FIRST, "COFFEE 2"), reserve(SECOND, "COFFEE 2"))).containsExactly(new StockReserved(FIRST),
                        new StockRejected(SECOND, COFFEE, 2, 1), new StockReserved(FIRST), new StockReleased(FIRST),
                        new StockRejected(SECOND, COFFEE, 2, 1));
    }

    @Test
    void aReleaseThatArrivesFirstPreventsTheReservation() {
        assertThat(decide(release(FIRST, "COFFEE 1"), reserve(FIRST, "COFFEE 1"))).containsExactly(
                new StockReleased(FIRST), new StockReleased(FIRST));
        assertThat(allocation.allocated()).isEmpty();
        assertThat(allocation.created()).containsExactly(new Released(FIRST, lines("COFFEE 1")));
    }

    @Test
    void releasesWhatAnEarlierTransactionReservedOnce() {
        var later = new AllocatingStock(Map.of(COFFEE, 0), List.of(new Reserved(FIRST, lines("COFFEE 3"))));
        assertThat(later.decide(release(FIRST, "COFFEE 3"))).isEqualTo(new StockReleased(FIRST));
        assertThat(later.decide(release(FIRST, "COFFEE 3"))).isEqualTo(new StockReleased(FIRST));
        assertThat(later.allocated()).isEqualTo(Map.of(COFFEE, -3));
        assertThat(later.released()).containsExactly(new Released(FIRST, lines("COFFEE 3")));
        assertThat(later.created()).isEmpty();
    }

    @Test
    void rejectsAnOrderWithoutLinesOrWithASkuTwice() {
        assertThatIllegalArgumentException().isThrownBy(() -> allocation.decide(reserve(FIRST)));
        assertThatIllegalArgumentException().isThrownBy(() -> allocation.decide(reserve(FIRST, "TEA 3", "TEA 3")));
        assertThatIllegalArgumentException().isThrownBy(() -> allocation.decide(release(FIRST, "TEA 3", "TEA 3")));
    }
}
