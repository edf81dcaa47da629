package dev.faultline.acquirer.charging;

import java.util.Optional;

import dev.faultline.acquirer.charging.Decision.Applied;
import dev.faultline.acquirer.charging.Decision.Reason;
import dev.faultline.acquirer.charging.Decision.Refused;
import dev.faultline.acquirer.charging.Decision.Repeated;
import dev.faultline.acquirer.charging.Operation.Authorize;
import dev.faultline.acquirer.charging.Operation.Cancel;
import dev.faultline.acquirer.charging.Operation.Capture;
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
        UNKNOWN, AUTHORIZED, DECLINED, CAPTURED, VOIDED, REFUNDED
    }

    /** Nothing is known under this id. */
    record Unknown() implements Payment {
        @Override
        public Decision on(Operation operation) {
            return switch (operation) {
                case Authorize(ChargeDetails details, Optional<String> refusal) -> new Applied(
                        refusal.<Payment>map(reason -> new Declined(details, reason))
                                .orElseGet(() -> new Authorized(details)));
                // A void that arrives before its authorization leaves a tombstone, which rejects the late
                // authorization.
                case Cancel() -> new Applied(new Voided(Optional.empty()));
                case Capture() -> new Refused(this, Reason.WRONG_STATE);
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

    /** The amount is held. */
    record Authorized(ChargeDetails asked) implements Payment {
        @Override
        public Decision on(Operation operation) {
            return switch (operation) {
                case Authorize authorize -> underSameTerms(authorize, this, this);
                case Capture() -> new Applied(new Captured(asked));
                case Cancel() -> new Applied(new Voided(details()));
                case Refund() -> new Refused(this, Reason.WRONG_STATE);
            };
        }

        @Override
        public Status status() {
            return Status.AUTHORIZED;
        }

        @Override
        public Optional<ChargeDetails> details() {
            return Optional.of(asked);
        }
    }

    /** The payer's bank declined, for good. */
    record Declined(ChargeDetails asked, String reason) implements Payment {
        @Override
        public Decision on(Operation operation) {
            return switch (operation) {
                case Authorize authorize -> underSameTerms(authorize, this, this);
                case Cancel() -> new Applied(new Voided(details()));
                case Capture() -> new Refused(this, Reason.WRONG_STATE);
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

    /** The amount is captured. */
    record Captured(ChargeDetails asked) implements Payment {
        @Override
        public Decision on(Operation operation) {
            return switch (operation) {
                case Authorize authorize -> underSameTerms(authorize, this, new Authorized(asked));
                case Capture() -> new Repeated(this);
                case Cancel() -> new Refused(this, Reason.WRONG_STATE);
                case Refund() -> new Applied(new Refunded(asked));
            };
        }

        @Override
        public Status status() {
            return Status.CAPTURED;
        }

        @Override
        public Optional<ChargeDetails> details() {
            return Optional.of(asked);
        }
    }

    /** Voided before any capture; nothing more can happen to this id. */
    record Voided(Optional<ChargeDetails> details) implements Payment {
        @Override
        public Decision on(Operation operation) {
            return switch (operation) {
                case Authorize _ -> new Refused(this, Reason.WRONG_STATE);
                case Capture() -> new Refused(this, Reason.WRONG_STATE);
                case Cancel() -> new Repeated(this);
                case Refund() -> new Refused(this, Reason.WRONG_STATE);
            };
        }

        @Override
        public Status status() {
            return Status.VOIDED;
        }
    }

    /** The captured amount is refunded; nothing more can happen to this id. */
    record Refunded(ChargeDetails asked) implements Payment {
        @Override
        public Decision on(Operation operation) {
            return switch (operation) {
                case Authorize _ -> new Refused(this, Reason.WRONG_STATE);
                case Capture() -> new Refused(this, Reason.WRONG_STATE);
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

    private static Decision underSameTerms(Authorize authorize, Payment payment, Payment firstAnswer) {
        return payment.details().equals(Optional.of(authorize.details()))
                ? new Repeated(firstAnswer)
                : new Refused(payment, Reason.OTHER_TERMS);
    }
}
