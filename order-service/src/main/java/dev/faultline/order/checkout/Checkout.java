package dev.faultline.order.checkout;

import dev.faultline.contracts.CheckoutReply;
import dev.faultline.contracts.CheckoutReply.PaymentCharged;
import dev.faultline.contracts.CheckoutReply.PaymentDeclined;
import dev.faultline.contracts.CheckoutReply.PaymentUnsettled;
import dev.faultline.contracts.CheckoutReply.PaymentVoided;
import dev.faultline.contracts.CheckoutReply.StockRejected;
import dev.faultline.contracts.CheckoutReply.StockReleased;
import dev.faultline.contracts.CheckoutReply.StockReserved;
import dev.faultline.contracts.InventoryCommand.ReleaseStock;
import dev.faultline.contracts.InventoryCommand.ReserveStock;
import dev.faultline.contracts.PaymentCommand.ChargePayment;
import dev.faultline.contracts.PaymentCommand.VoidPayment;

/**
 * One checkout as a pure state machine: no clock, no I/O, no Spring.
 *
 * <pre>
 * ReservingStock ---> ChargingPayment ---> Confirmed
 *       |                |     |
 *       |                |     +-> VoidingPayment       first the payment,
 *       |                |               |
 *       |                +-------> ReleasingStock       then the stock
 *       v                                |
 *    Rejected  <-------------------------+
 * </pre>
 *
 * <p>
 * A state whose deadline has passed resends its command, and eventually gives up. So an order completes even if all its
 * messages are lost, provided that its participants recover.
 *
 * <p>
 * Each state waits for one participant and lists every reply, so that a new reply does not compile until each state
 * handles it. A reply that a state does not expect is late or a duplicate, and changes nothing.
 *
 * @see <a href="https://doi.org/10.1145/38713.38742">Garcia-Molina, Salem: Sagas, 1987</a>
 */
public sealed interface Checkout {

    CheckoutOrder order();

    /**
     * Replies arrive at least once and in any order. Returns a step to this same state if the reply changes nothing.
     */
    Step on(CheckoutReply reply);

    /** Resends the command of this state, because its reply is overdue. Participants repeat their first reply. */
    default Step redrive() {
        return switch (this) {
            case ReservingStock(var order) -> Step.to(this, new ReserveStock(order.id(), order.lines()));
            case ChargingPayment(var order) ->
                Step.to(this, new ChargePayment(order.id(), order.total(), order.paymentMethod(), order.customer()));
            case VoidingPayment(var order, _) -> Step.to(this, new VoidPayment(order.id()));
            case ReleasingStock(var order, _) -> Step.to(this, new ReleaseStock(order.id(), order.lines()));
            case Confirmed _,Rejected _ -> Step.to(this);
        };
    }

    /**
     * Compensates an order that has exceeded its maximum age, as if the participant had declined. A compensation in
     * progress is redriven instead.
     */
    default Step giveUp() {
        return switch (this) {
            case ReservingStock(var order) -> release(order, Rejection.timedOut("reserve the stock"));
            case ChargingPayment(var order) -> voidPayment(order, Rejection.timedOut("charge the payment"));
            case VoidingPayment _,ReleasingStock _,Confirmed _,Rejected _ -> redrive();
        };
    }

    /** The first step of an order's checkout. */
    static Step begin(CheckoutOrder order) {
        return new ReservingStock(order).redrive();
    }

    /** Whether this is a terminal state. */
    default boolean isComplete() {
        return switch (this) {
            case ReservingStock _,ChargingPayment _,VoidingPayment _,ReleasingStock _ -> false;
            case Confirmed _,Rejected _ -> true;
        };
    }

    /** Nothing is reserved yet. */
    record ReservingStock(CheckoutOrder order) implements Checkout {
        @Override
        public Step on(CheckoutReply reply) {
            return switch (reply) {
                case StockReserved _ -> Step.to(new ChargingPayment(order),
                        new ChargePayment(order.id(), order.total(), order.paymentMethod(), order.customer()));
                case StockRejected rejected -> Step.to(new Rejected(order, Rejection.of(rejected)));
                case StockReleased _,PaymentDeclined _,PaymentCharged _,PaymentUnsettled _,PaymentVoided _ ->
                    Step.to(this);
            };
        }
    }

    /** Stock is reserved; whether the customer is charged is unknown here. */
    record ChargingPayment(CheckoutOrder order) implements Checkout {
        @Override
        public Step on(CheckoutReply reply) {
            return switch (reply) {
                case PaymentCharged _ -> Step.to(new Confirmed(order));
                case PaymentDeclined declined -> release(order, Rejection.of(declined));
                case PaymentUnsettled unsettled -> voidPayment(order, Rejection.of(unsettled));
                case StockReserved _,StockRejected _,StockReleased _,PaymentVoided _ -> Step.to(this);
            };
        }
    }

    /** The payment is voided first. Stock stays reserved while the payment may still succeed. */
    record VoidingPayment(CheckoutOrder order, Rejection rejection) implements Checkout {
        @Override
        public Step on(CheckoutReply reply) {
            return switch (reply) {
                case PaymentVoided _ -> release(order, rejection);
                case StockReserved _,StockRejected _,StockReleased _,PaymentDeclined _,PaymentCharged _,PaymentUnsettled _ ->
                    Step.to(this);
            };
        }
    }

    /** The customer is not charged; the stock is being released. */
    record ReleasingStock(CheckoutOrder order, Rejection rejection) implements Checkout {
        @Override
        public Step on(CheckoutReply reply) {
            return switch (reply) {
                case StockReleased _ -> Step.to(new Rejected(order, rejection));
                case StockReserved _,StockRejected _,PaymentDeclined _,PaymentCharged _,PaymentUnsettled _,PaymentVoided _ ->
                    Step.to(this);
            };
        }
    }

    /** The stock is reserved and the payment charged. */
    record Confirmed(CheckoutOrder order) implements Checkout {
        @Override
        public Step on(CheckoutReply reply) {
            return Step.to(this);
        }
    }

    /** No stock is held and nothing is charged. */
    record Rejected(CheckoutOrder order, Rejection rejection) implements Checkout {
        @Override
        public Step on(CheckoutReply reply) {
            return Step.to(this);
        }
    }

    private static Step release(CheckoutOrder order, Rejection rejection) {
        return Step.to(new ReleasingStock(order, rejection), new ReleaseStock(order.id(), order.lines()));
    }

    private static Step voidPayment(CheckoutOrder order, Rejection rejection) {
        return Step.to(new VoidingPayment(order, rejection), new VoidPayment(order.id()));
    }
}
