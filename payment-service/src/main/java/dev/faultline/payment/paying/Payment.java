package dev.faultline.payment.paying;

import dev.faultline.contracts.CheckoutReply.PaymentCharged;
import dev.faultline.contracts.CheckoutReply.PaymentDeclined;
import dev.faultline.contracts.CheckoutReply.PaymentUnsettled;
import dev.faultline.contracts.CheckoutReply.PaymentVoided;
import dev.faultline.contracts.OrderId;
import dev.faultline.contracts.PaymentCommand;
import dev.faultline.contracts.PaymentCommand.ChargePayment;
import dev.faultline.contracts.PaymentCommand.VoidPayment;
import dev.faultline.payment.ledger.Transfer;
import dev.faultline.payment.paying.Acquirer.Answer;
import dev.faultline.payment.paying.Acquirer.Operation;
import dev.faultline.payment.paying.Acquirer.Request;
import org.jspecify.annotations.Nullable;

/**
 * An order's payment as a pure state machine: no clock, no I/O, no Spring.
 *
 * <pre>
 * Absent --> Charging --> Charged
 *   |           \
 *   |            --> Declined
 *   |
 *   |   from each of those:  Voiding --> Refunding --> Refunded
 *   |                           \
 *    ----------------------------> Voided
 * </pre>
 *
 * <p>
 * The intent is stored before the acquirer is called. So an {@link Absent} payment was never requested, and a
 * {@link Pending} one may have been: its request is repeated under the same id, which the acquirer executes once. Only the
 * acquirer's confirmation ends a void.
 *
 * <p>
 * The checkout answers {@link PaymentUnsettled} with a void. Payments that stay {@link Charging} are
 * therefore left to the checkout; this service retries voids until they are confirmed.
 */
public sealed interface Payment {

    OrderId orderId();

    /** Commands arrive at least once. A repeated command gets the first reply. */
    Step on(PaymentCommand command);

    Status status();

    /** Null if the payment was voided before it was requested. */
    @Nullable
    PaymentDetails details();

    /** The reason of a decline, if any. */
    default @Nullable String declineReason() {
        return this instanceof Declined declined ? declined.reason : null;
    }

    /** Names of the states. */
    enum Status {
        ABSENT, CHARGING, CHARGED, DECLINED, VOIDING, REFUNDING, VOIDED, REFUNDED
    }

    /** A payment with a request to the acquirer that has not been confirmed. */
    sealed interface Pending extends Payment {
        @Override
        PaymentDetails details();

        Operation operation();

        /** A step to this same state means that the outcome is still unknown. */
        Step on(Answer answer);

        default Request request() {
            return new Request(operation(), orderId(), details());
        }

        /**
         * Calls the acquirer until no further operation follows: a void after a charge continues as a refund. Two
         * requests at most.
         */
        default Step settle(Acquirer acquirer, @Nullable String traceparent) {
            Step step = on(acquirer.ask(request(), traceparent));
            return step.next() instanceof Pending next && next.operation() != operation()
                    ? next.settle(acquirer, traceparent)
                    : step;
        }
    }

    /** Nothing is stored, so nothing was ever requested. */
    record Absent(OrderId orderId) implements Payment {
        @Override
        public @Nullable PaymentDetails details() {
            return null;
        }

        @Override
        public Status status() {
            return Status.ABSENT;
        }

        @Override
        public Step on(PaymentCommand command) {
            return switch (command) {
                case ChargePayment charge -> Step.withoutReply(
                        new Charging(orderId, new PaymentDetails(charge.amount(), charge.paymentMethod(),
                                charge.customer()),
                                false));
                // Stored as a tombstone, for a charge that arrives later.
                case VoidPayment _ -> Step.to(new Voided(orderId, null), new PaymentVoided(orderId));
            };
        }
    }

    /** @param maybeSent whether another instance may have sent the request already */
    record Charging(OrderId orderId, PaymentDetails details, boolean maybeSent) implements Pending {
        @Override
        public Status status() {
            return Status.CHARGING;
        }

        @Override
        public Step on(PaymentCommand command) {
            return switch (command) {
                case ChargePayment _ -> Step.withoutReply(new Charging(orderId, details, true));
                case VoidPayment _ -> Step.withoutReply(new Voiding(orderId, details));
            };
        }

        @Override
        public Operation operation() {
            return Operation.CHARGE;
        }

        @Override
        public Step on(Answer answer) {
            return switch (answer) {
                case Answer.Done() -> Step.to(new Charged(orderId, details), new PaymentCharged(orderId),
                        charge(orderId, details));
                case Answer.Declined(var reason) -> decline(reason);
                case Answer.Refused(var state) -> switch (state) {
                    case UNKNOWN, DECLINED, VOIDED, REFUNDED -> decline("refused-by-acquirer");
                    // The acquirer has a payment with this id and other details, so it must be voided.
                    case CHARGED -> uncertain(this, "other-terms");
                };
                case Answer.Unknown(var reason) -> uncertain(this, reason);
                case Answer.NotSent(var reason) ->
                    maybeSent ? uncertain(this, reason) : decline(reason);
            };
        }

        private Step decline(String reason) {
            return Step.to(new Declined(orderId, details, reason), new PaymentDeclined(orderId, reason));
        }
    }

    /** Nothing is charged, and nothing will be. */
    record Declined(OrderId orderId, PaymentDetails details, String reason) implements Payment {
        @Override
        public Status status() {
            return Status.DECLINED;
        }

        @Override
        public Step on(PaymentCommand command) {
            return switch (command) {
                case ChargePayment _ -> Step.to(this, new PaymentDeclined(orderId, reason));
                case VoidPayment _ -> Step.withoutReply(new Voiding(orderId, details));
            };
        }
    }

    /** The customer is charged. */
    record Charged(OrderId orderId, PaymentDetails details) implements Payment {
        @Override
        public Status status() {
            return Status.CHARGED;
        }

        @Override
        public Step on(PaymentCommand command) {
            return switch (command) {
                case ChargePayment _ -> Step.to(this, new PaymentCharged(orderId));
                case VoidPayment _ -> Step.withoutReply(new Voiding(orderId, details));
            };
        }
    }

    /** The payment is being voided. Late commands get no reply of their own, because the void's reply follows. */
    record Voiding(OrderId orderId, PaymentDetails details) implements Pending {
        @Override
        public Status status() {
            return Status.VOIDING;
        }

        @Override
        public Step on(PaymentCommand command) {
            return Step.withoutReply(this);
        }

        @Override
        public Operation operation() {
            return Operation.VOID;
        }

        @Override
        public Step on(Answer answer) {
            return switch (answer) {
                case Answer.Done() -> Step.to(new Voided(orderId, details), new PaymentVoided(orderId));
                case Answer.Refused(var state) -> switch (state) {
                    case CHARGED -> Step.withoutReply(new Refunding(orderId, details));
                    case REFUNDED -> refunded(orderId, details);
                    case UNKNOWN, DECLINED, VOIDED -> Step.withoutReply(this);
                };
                case Answer.Declined _,Answer.Unknown _,Answer.NotSent _ -> Step.withoutReply(this);
            };
        }
    }

    /** The amount was charged and is being refunded. */
    record Refunding(OrderId orderId, PaymentDetails details) implements Pending {
        @Override
        public Status status() {
            return Status.REFUNDING;
        }

        @Override
        public Step on(PaymentCommand command) {
            return Step.withoutReply(this);
        }

        @Override
        public Operation operation() {
            return Operation.REFUND;
        }

        @Override
        public Step on(Answer answer) {
            return switch (answer) {
                case Answer.Done() -> refunded(orderId, details);
                case Answer.Refused _,Answer.Declined _,Answer.Unknown _,Answer.NotSent _ -> Step.withoutReply(this);
            };
        }
    }

    /**
     * Nothing is charged and nothing will be.
     *
     * @param details null if the void arrived first
     */
    record Voided(OrderId orderId, @Nullable PaymentDetails details) implements Payment {
        @Override
        public Status status() {
            return Status.VOIDED;
        }

        @Override
        public Step on(PaymentCommand command) {
            return Step.to(this, new PaymentVoided(orderId));
        }
    }

    /** The charged amount was refunded, and nothing more will be charged. */
    record Refunded(OrderId orderId, PaymentDetails details) implements Payment {
        @Override
        public Status status() {
            return Status.REFUNDED;
        }

        @Override
        public Step on(PaymentCommand command) {
            return Step.to(this, new PaymentVoided(orderId));
        }
    }

    private static Step uncertain(Payment payment, String reason) {
        return Step.to(payment, new PaymentUnsettled(payment.orderId(), reason));
    }

    private static Step refunded(OrderId orderId, PaymentDetails details) {
        return Step.to(new Refunded(orderId, details), new PaymentVoided(orderId), charge(orderId, details),
                new Transfer(orderId, Transfer.Kind.REFUND, details.amount()));
    }

    private static Transfer charge(OrderId orderId, PaymentDetails details) {
        return new Transfer(orderId, Transfer.Kind.CHARGE, details.amount());
    }
}
