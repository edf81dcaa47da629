package dev.faultline.acquirer.charging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;

import dev.faultline.acquirer.charging.Operation.Authorize;
import dev.faultline.acquirer.charging.Operation.Capture;
import dev.faultline.acquirer.charging.Payment.Status;
import dev.faultline.acquirer.charging.file.FileJournal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChargingCardsTest {
    private static final int MAX_PAYMENTS = 2;
    private static final Authorize AUTHORIZE = new Authorize(new ChargeDetails(new Amount(1250, "EUR"), "card-visa"),
            Optional.empty());

    @TempDir Path directory;

    @Test
    void forgetsSettledPaymentsBeyondItsMaximumAlsoWhenItIsRestarted() throws Exception {
        try (var journal = FileJournal.open(directory)) {
            var cards = new ChargingCards(journal, Clock.systemUTC(), MAX_PAYMENTS);
            for (String id : new String[]{"first", "second", "third"}) {
                cards.perform(new PaymentId(id), AUTHORIZE);
                cards.perform(new PaymentId(id), new Capture());
            }
            cards.perform(new PaymentId("fourth"), AUTHORIZE);
            assertKnown(cards);
        }
        try (var journal = FileJournal.open(directory)) {
            assertKnown(new ChargingCards(journal, Clock.systemUTC(), MAX_PAYMENTS));
            assertThat(journal.last()).as("the journal has all of them").isEqualTo(7);
        }
    }

    private static void assertKnown(ChargingCards cards) {
        assertThat(cards.find(new PaymentId("second")).status()).isEqualTo(Status.UNKNOWN);
        assertThat(cards.find(new PaymentId("third")).status()).isEqualTo(Status.CAPTURED);
        assertThat(cards.find(new PaymentId("fourth")).status()).isEqualTo(Status.AUTHORIZED);
    }

    @Test
    void refusesANewPaymentRatherThanForgetOneThatHoldsAnAmount() throws Exception {
        try (var journal = FileJournal.open(directory)) {
            var cards = new ChargingCards(journal, Clock.systemUTC(), MAX_PAYMENTS);
            cards.perform(new PaymentId("first"), AUTHORIZE);
            cards.perform(new PaymentId("second"), AUTHORIZE);
            assertThatThrownBy(() -> cards.perform(new PaymentId("third"), AUTHORIZE))
                    .isInstanceOf(CapacityExceededException.class);
            cards.perform(new PaymentId("first"), new Capture());
            cards.perform(new PaymentId("third"), AUTHORIZE);
            assertThat(cards.find(new PaymentId("second")).status()).isEqualTo(Status.AUTHORIZED);
        }
    }
}
