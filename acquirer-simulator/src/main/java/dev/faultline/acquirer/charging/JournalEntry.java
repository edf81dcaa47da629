package dev.faultline.acquirer.charging;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.faultline.acquirer.charging.Operation.Cancel;
import dev.faultline.acquirer.charging.Operation.Charge;
import dev.faultline.acquirer.charging.Operation.Refund;
import dev.faultline.acquirer.charging.Payment.Declined;
import dev.faultline.acquirer.charging.Payment.Status;

/**
 * A change of a payment that took effect.
 *
 * @param sequence from 1, without gaps
 * @param amount absent only if the payment was voided first
 * @param paymentMethod absent if the amount is
 * @param reason the reason of a decline
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
public record JournalEntry(long sequence, Instant at, Status kind, PaymentId paymentId, Optional<Amount> amount,
        Optional<String> paymentMethod, Optional<String> reason) {

    /** @throws IllegalArgumentException if a mandatory part is missing */
    public JournalEntry {
        // Entries are read from a file, so anything may be missing, whatever the types say.
        if (Stream.of(at, kind, paymentId, amount, paymentMethod, reason).anyMatch(Objects::isNull)) {
            throw new IllegalArgumentException("an entry needs at, kind and paymentId");
        }
    }

    static JournalEntry of(long sequence, Instant at, PaymentId id, Payment became) {
        return new JournalEntry(sequence, at, became.status(), id, became.details().map(ChargeDetails::amount),
                became.details().map(ChargeDetails::paymentMethod),
                became instanceof Declined declined ? Optional.of(declined.reason()) : Optional.empty());
    }

    /** The operation that caused this entry. */
    Operation operation() {
        return switch (kind) {
            case CHARGED -> new Charge(details(), Optional.empty());
            case DECLINED -> new Charge(details(), Optional.of(needed(reason)));
            case VOIDED -> new Cancel();
            case REFUNDED -> new Refund();
            case UNKNOWN -> throw new IllegalArgumentException("an entry cannot be of kind UNKNOWN");
        };
    }

    private ChargeDetails details() {
        return new ChargeDetails(needed(amount), needed(paymentMethod));
    }

    private <T> T needed(Optional<T> part) {
        return part.orElseThrow(() -> new IllegalArgumentException(
                "an entry of kind " + kind + " needs amount and paymentMethod, and a reason if DECLINED"));
    }
}
