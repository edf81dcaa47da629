package dev.faultline.acquirer.charging;

import java.util.Optional;

import dev.faultline.acquirer.charging.Decision.Applied;
import dev.faultline.acquirer.charging.Decision.Reason;
import dev.faultline.acquirer.charging.Decision.Refused;
import dev.faultline.acquirer.charging.Decision.Repeated;
import dev.faultline.acquirer.charging.Operation.Cancel;
import dev.faultline.acquirer.charging.Operation.Charge;
import dev.faultline.acquirer.charging.Operation.Refund;

/** One payment as a pure state machine: no clock, no I/O. Every state handles every operation. */
public sealed interface Payment {
    /** Decides without side effects. */
    Decision on(Operation operation);

    /** The state's name in answers and in the journal. */
    Status status();

    /** The payment's details, unless it was voided before they were known. */
    Optional<ChargeDetails> details();

    /** Names of the states. */
    enum Status {
        /** Not known; never journalled. */
        UNKNOWN, CHARGED, DECLINED, VOIDED, REFUNDED
    }

    /** Nothing is known under this id. */
    record Unknown() implements Payment {
        @Override
        public Decision on(Operation operation) {
            return switch (operation) {
                case Charge(ChargeDetails details, Optional<String> refusal) -> new Applied(
                        refusal.<Payment>map(reason -> new Declined(details, reason))
                                .orElseGet(() -> new Charged(details)));
                // A void that arrives before its charge leaves a tombstone, which rejects the late charge.
                case Cancel() -> new Applied(new Voided(Optional.empty()));
                case Refund() -> new Refused(this, Reason.WRONG_STATE);
            };
        }

        @Override
        public Status status() {
            return Status.UNKNOWN;
        }

        @Override
        public Optional<ChargeDetails> details() {
            return Optional.empty();
        }
    }

    /** The payer's bank declined, for good. */
    record Declined(ChargeDetails asked, String reason) implements Payment {
        @Override
        public Decision on(Operation operation) {
            return switch (operation) {
                case Charge charge -> underSameTerms(charge, this);
                case Cancel() -> new Applied(new Voided(details()));
                case Refund() -> new Refused(this, Reason.WRONG_STATE);
            };
        }

        @Override
        public Status status() {
            return Status.DECLINED;
        }

        @Override
        public Optional<ChargeDetails> details() {
            return Optional.of(asked);
        }
    }

    /** The payer is charged. */
    record Charged(ChargeDetails asked) implements Payment {
        @Override
        public Decision on(Operation operation) {
            return switch (operation) {
                case Charge charge -> underSameTerms(charge, this);
                case Cancel() -> new Refused(this, Reason.WRONG_STATE);
                case Refund() -> new Applied(new Refunded(asked));
            };
        }

        @Override
        public Status status() {
            return Status.CHARGED;
        }

        @Override
        public Optional<ChargeDetails> details() {
            return Optional.of(asked);
        }
    }

    /** Voided before any charge; nothing more can happen to this id. */
    record Voided(Optional<ChargeDetails> details) implements Payment {
        @Override
        public Decision on(Operation operation) {
            return switch (operation) {
                case Charge _ -> new Refused(this, Reason.WRONG_STATE);
                case Cancel() -> new Repeated(this);
                case Refund() -> new Refused(this, Reason.WRONG_STATE);
            };
        }

        @Override
        public Status status() {
            return Status.VOIDED;
        }
    }

    /** The charged amount is refunded; nothing more can happen to this id. */
    record Refunded(ChargeDetails asked) implements Payment {
        @Override
        public Decision on(Operation operation) {
            return switch (operation) {
                case Charge _ -> new Refused(this, Reason.WRONG_STATE);
                case Cancel() -> new Refused(this, Reason.WRONG_STATE);
                case Refund() -> new Repeated(this);
            };
        }

        @Override
        public Status status() {
            return Status.REFUNDED;
        }

        @Override
        public Optional<ChargeDetails> details() {
            return Optional.of(asked);
        }
    }

    private static Decision underSameTerms(Charge charge, Payment payment) {
        return payment.details().equals(Optional.of(charge.details()))
                ? new Repeated(payment)
                : new Refused(payment, Reason.OTHER_TERMS);
    }
}
