package dev.faultline.payment.paying;

import dev.faultline.contracts.CheckoutReply.PaymentAuthorized;
import dev.faultline.contracts.CheckoutReply.PaymentCaptured;
import dev.faultline.contracts.CheckoutReply.PaymentDeclined;
import dev.faultline.contracts.CheckoutReply.PaymentUnsettled;
import dev.faultline.contracts.CheckoutReply.PaymentVoided;
import dev.faultline.contracts.OrderId;
import dev.faultline.contracts.PaymentCommand;
import dev.faultline.contracts.PaymentCommand.AuthorizePayment;
import dev.faultline.contracts.PaymentCommand.CapturePayment;
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
 * Absent --> Authorizing --> Authorized --> Capturing --> Captured
 *   |             \                             \
 *   |              --> Declined                   --> CaptureDeclined
 *   |
 *   |   from each of those:  Voiding --> Refunding --> Refunded
 *   |                           \
 *    ----------------------------> Voided
 * </pre>
 *
 * <p>
 * The intent is stored before the acquirer is asked. So a payment that is not stored was never asked for, and one that is
 * {@link Pending} may have been: it is asked for again, under the same id, which the acquirer does once. Nothing leads
 * out of a void but its confirmation by the acquirer.
 *
 * <p>
 * Whoever is told {@link PaymentUnsettled} voids. Payments that stay {@link Authorizing} or {@link Capturing} are
 * therefore left to the checkout; voids are driven on from here until they are confirmed.
 */
public sealed interface Payment {

    OrderId orderId();

    /** Commands arrive at least once. A repeated one gets the first answer. */
    Step on(PaymentCommand command);

    Status status();

    /** Null as long as nothing is to be paid. */
    @Nullable
    PaymentDetails details();

    /** Why it was declined, if it was. */
    default @Nullable String declineReason() {
        return switch (this) {
            case Declined declined -> declined.reason;
            case CaptureDeclined declined -> declined.reason;
            default -> null;
        };
    }

    /** Names of the states. */
    enum Status {
        ABSENT, AUTHORIZING, AUTHORIZED, DECLINED, CAPTURING, CAPTURED, CAPTURE_DECLINED, VOIDING, REFUNDING, VOIDED,
        REFUNDED
    }

    /** A payment of which the acquirer is to be asked. */
    sealed interface Pending extends Payment {
        @Override
        PaymentDetails details();

        Operation operation();

        /** A step to this very state means that nothing has become certain. */
        Step on(Answer answer);

        default Request request() {
            return new Request(operation(), orderId(), details());
        }

        /**
         * Asks the acquirer until there is nothing new to ask: a void that comes after the capture goes on as a refund.
         * Two requests at most.
         */
        default Step settle(Acquirer acquirer, @Nullable String traceparent) {
            Step step = on(acquirer.ask(request(), traceparent));
            return step.next() instanceof Pending next && next.operation() != operation()
                    ? next.settle(acquirer, traceparent)
                    : step;
        }
    }

    /** Nothing is stored, so nothing was ever asked for. */
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
                case AuthorizePayment authorize -> Step.withoutReply(
                        new Authorizing(orderId, new PaymentDetails(authorize.amount(), authorize.paymentMethod()),
                                false));
                case CapturePayment _ -> Step.to(this, new PaymentDeclined(orderId, "not-authorized"));
                // Stored as a tombstone, for the authorization that comes later.
                case VoidPayment _ -> Step.to(new Voided(orderId, null), new PaymentVoided(orderId));
            };
        }
    }

    /** @param maybeSent whether someone else may have asked the acquirer already */
    record Authorizing(OrderId orderId, PaymentDetails details, boolean maybeSent) implements Pending {
        @Override
        public Status status() {
            return Status.AUTHORIZING;
        }

        @Override
        public Step on(PaymentCommand command) {
            return switch (command) {
                case AuthorizePayment _ -> Step.withoutReply(new Authorizing(orderId, details, true));
                case CapturePayment _ -> Step.to(this, new PaymentDeclined(orderId, "not-authorized"));
                case VoidPayment _ -> Step.withoutReply(new Voiding(orderId, details));
            };
        }

        @Override
        public Operation operation() {
            return Operation.AUTHORIZE;
        }

        @Override
        public Step on(Answer answer) {
            return switch (answer) {
                case Answer.Done() -> Step.to(new Authorized(orderId, details), new PaymentAuthorized(orderId));
                case Answer.Declined(var reason) -> decline(reason);
                case Answer.Refused(var standing) -> switch (standing) {
                    case UNKNOWN, DECLINED, VOIDED, REFUNDED -> decline("refused-by-acquirer");
                    // Under other details than ours. The order's id is ours alone, so what it holds has to go.
                    case AUTHORIZED, CAPTURED -> uncertain(this, "other-terms");
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

    /** The acquirer holds the amount. */
    record Authorized(OrderId orderId, PaymentDetails details) implements Payment {
        @Override
        public Status status() {
            return Status.AUTHORIZED;
        }

        @Override
        public Step on(PaymentCommand command) {
            return switch (command) {
                case AuthorizePayment _ -> Step.to(this, new PaymentAuthorized(orderId));
                case CapturePayment _ -> Step.withoutReply(new Capturing(orderId, details, false));
                case VoidPayment _ -> Step.withoutReply(new Voiding(orderId, details));
            };
        }
    }

    /** Nothing is held or was taken, and nothing will be. */
    record Declined(OrderId orderId, PaymentDetails details, String reason) implements Payment {
        @Override
        public Status status() {
            return Status.DECLINED;
        }

        @Override
        public Step on(PaymentCommand command) {
            return switch (command) {
                case AuthorizePayment _,CapturePayment _ -> Step.to(this, new PaymentDeclined(orderId, reason));
                case VoidPayment _ -> Step.withoutReply(new Voiding(orderId, details));
            };
        }
    }

    /** @param maybeSent whether someone else may have asked the acquirer already */
    record Capturing(OrderId orderId, PaymentDetails details, boolean maybeSent) implements Pending {
        @Override
        public Status status() {
            return Status.CAPTURING;
        }

        @Override
        public Step on(PaymentCommand command) {
            return switch (command) {
                case AuthorizePayment _ -> Step.to(this, new PaymentAuthorized(orderId));
                case CapturePayment _ -> Step.withoutReply(new Capturing(orderId, details, true));
                case VoidPayment _ -> Step.withoutReply(new Voiding(orderId, details));
            };
        }

        @Override
        public Operation operation() {
            return Operation.CAPTURE;
        }

        @Override
        public Step on(Answer answer) {
            return switch (answer) {
                case Answer.Done() -> Step.to(new Captured(orderId, details), new PaymentCaptured(orderId),
                        capture(orderId, details));
                case Answer.Declined(var reason) -> decline(reason);
                case Answer.Refused(var standing) -> switch (standing) {
                    case UNKNOWN, DECLINED, VOIDED, REFUNDED -> decline("refused-by-acquirer");
                    case AUTHORIZED, CAPTURED -> uncertain(this, "refused-by-acquirer");
                };
                case Answer.Unknown(var reason) -> uncertain(this, reason);
                case Answer.NotSent(var reason) ->
                    maybeSent ? uncertain(this, reason) : decline(reason);
            };
        }

        private Step decline(String reason) {
            return Step.to(new CaptureDeclined(orderId, details, reason), new PaymentDeclined(orderId, reason));
        }
    }

    /** Nothing was taken and nothing will be, but the amount may be held until it is voided. */
    record CaptureDeclined(OrderId orderId, PaymentDetails details, String reason) implements Payment {
        @Override
        public Status status() {
            return Status.CAPTURE_DECLINED;
        }

        @Override
        public Step on(PaymentCommand command) {
            return switch (command) {
                case AuthorizePayment _ -> Step.to(this, new PaymentAuthorized(orderId));
                case CapturePayment _ -> Step.to(this, new PaymentDeclined(orderId, reason));
                case VoidPayment _ -> Step.withoutReply(new Voiding(orderId, details));
            };
        }
    }

    /** The customer is charged. */
    record Captured(OrderId orderId, PaymentDetails details) implements Payment {
        @Override
        public Status status() {
            return Status.CAPTURED;
        }

        @Override
        public Step on(PaymentCommand command) {
            return switch (command) {
                case AuthorizePayment _ -> Step.to(this, new PaymentAuthorized(orderId));
                case CapturePayment _ -> Step.to(this, new PaymentCaptured(orderId));
                case VoidPayment _ -> Step.withoutReply(new Voiding(orderId, details));
            };
        }
    }

    /** To be undone, whatever happened. What comes late gets no answer of its own: that of the void is on its way. */
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
                case Answer.Refused(var standing) -> switch (standing) {
                    case CAPTURED -> Step.withoutReply(new Refunding(orderId, details));
                    case REFUNDED -> refunded(orderId, details);
                    case UNKNOWN, AUTHORIZED, DECLINED, VOIDED -> Step.withoutReply(this);
                };
                case Answer.Declined _,Answer.Unknown _,Answer.NotSent _ -> Step.withoutReply(this);
            };
        }
    }

    /** The amount was taken, and is to be given back. */
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
     * Nothing was taken and nothing will be.
     *
     * @param details null if the void came before anything was to be paid
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

    /** What was taken was given back, and nothing will be taken any more. */
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
        return Step.to(new Refunded(orderId, details), new PaymentVoided(orderId), capture(orderId, details),
                new Transfer(orderId, Transfer.Kind.REFUND, details.amount()));
    }

    private static Transfer capture(OrderId orderId, PaymentDetails details) {
        return new Transfer(orderId, Transfer.Kind.CAPTURE, details.amount());
    }
}
