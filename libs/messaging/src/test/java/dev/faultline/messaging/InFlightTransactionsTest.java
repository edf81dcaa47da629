package dev.faultline.messaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;

class InFlightTransactionsTest {
    private final List<Long> confirmed = new ArrayList<>();
    private final InFlightTransactions inFlight = new InFlightTransactions(2, confirmed::add);

    @Test
    void confirmsATransactionWhenItsLastMessageIsAcknowledged() {
        var transaction = inFlight.sent();
        inFlight.sent();
        inFlight.committed(10);
        inFlight.acknowledged(transaction);
        assertThat(confirmed).isEmpty();

        inFlight.acknowledged(transaction);
        assertThat(confirmed).containsExactly(10L);
    }

    @Test
    void confirmsNoTransactionBeforeItsCommitWasRead() {
        inFlight.acknowledged(inFlight.sent());
        assertThat(confirmed).isEmpty();

        inFlight.committed(10);
        assertThat(confirmed).containsExactly(10L);
    }

    @Test
    void confirmsNothingPastAnUnacknowledgedTransaction() {
        var first = inFlight.sent();
        inFlight.committed(10);
        var second = inFlight.sent();
        inFlight.committed(20);
        inFlight.acknowledged(second);
        assertThat(confirmed).isEmpty();

        inFlight.acknowledged(first);
        assertThat(confirmed).containsExactly(20L);
    }

    @Test
    void confirmsNothingAfterAFailure() {
        var transaction = inFlight.sent();
        inFlight.committed(10);
        inFlight.failed(new IllegalStateException("not sent"));
        inFlight.acknowledged(transaction);

        assertThat(confirmed).isEmpty();
        assertThatThrownBy(inFlight::throwIfFailed).hasMessage("not sent");
    }

    @Test
    void limitsTheNumberOfMessages() throws Exception {
        var first = inFlight.sent();
        assertThat(inFlight.awaitCapacity(Duration.ZERO)).isTrue();
        inFlight.sent();
        assertThat(inFlight.awaitCapacity(Duration.ofMillis(1))).isFalse();

        inFlight.acknowledged(first);
        assertThat(inFlight.awaitCapacity(Duration.ZERO)).isTrue();
    }

    @Test
    void limitsTheNumberOfTransactionsBehindOneThatIsNotAcknowledged() throws Exception {
        inFlight.sent();
        inFlight.committed(10);
        var second = inFlight.sent();
        inFlight.committed(20);
        inFlight.acknowledged(second);

        assertThat(inFlight.awaitCapacity(Duration.ofMillis(1))).isFalse();
    }
}
