package dev.faultline.acquirer.charging;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;

import dev.faultline.acquirer.charging.Operation.Charge;
import dev.faultline.acquirer.charging.Payment.Status;
import dev.faultline.acquirer.charging.file.FileJournal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChargingCardsTest {
    private static final int MAX_PAYMENTS = 2;
    private static final Charge CHARGE = new Charge(new ChargeDetails(new Amount(1250, "EUR"), "card-visa"),
            Optional.empty());

    @TempDir Path directory;

    @Test
    void forgetsThePaymentLongestUnchangedBeyondItsMaximumAlsoWhenItIsRestarted() throws Exception {
        try (var journal = FileJournal.open(directory)) {
            var cards = new ChargingCards(journal, Clock.systemUTC(), MAX_PAYMENTS);
            for (String id : new String[]{"first", "second", "third"}) {
                cards.perform(new PaymentId(id), CHARGE);
            }
            cards.perform(new PaymentId("second"), new Operation.Refund());
            cards.perform(new PaymentId("fourth"), CHARGE);
            assertKnown(cards);
        }
        try (var journal = FileJournal.open(directory)) {
            assertKnown(new ChargingCards(journal, Clock.systemUTC(), MAX_PAYMENTS));
            assertThat(journal.last()).as("the journal has all of them").isEqualTo(5);
        }
    }

    private static void assertKnown(ChargingCards cards) {
        assertThat(cards.find(new PaymentId("first")).status()).isEqualTo(Status.UNKNOWN);
        assertThat(cards.find(new PaymentId("second")).status()).isEqualTo(Status.REFUNDED);
        assertThat(cards.find(new PaymentId("third")).status()).isEqualTo(Status.UNKNOWN);
        assertThat(cards.find(new PaymentId("fourth")).status()).isEqualTo(Status.CHARGED);
    }
}
