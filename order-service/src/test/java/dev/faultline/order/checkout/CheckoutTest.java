package dev.faultline.order.checkout;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;

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
import dev.faultline.contracts.Message;
import dev.faultline.contracts.Money;
import dev.faultline.contracts.OrderId;
import dev.faultline.contracts.OrderLine;
import dev.faultline.contracts.PaymentCommand.ChargePayment;
import dev.faultline.contracts.PaymentCommand.VoidPayment;
import dev.faultline.contracts.Sku;
import dev.faultline.order.checkout.Checkout.Confirmed;
import dev.faultline.order.checkout.Checkout.Rejected;
import org.junit.jupiter.api.Test;

class CheckoutTest {
    private static final OrderId ID = new OrderId("7K-06B3N8ZQ4M1V9X2W5T0C");
    private static final Sku SKU = new Sku("COFFEE-1KG");
    private static final CheckoutOrder ORDER = new CheckoutOrder(ID, List.of(new OrderLine(SKU, 2)),
            new Money(2500, "EUR"), "card-visa", "alice");
    private static final StockReserved RESERVED = new StockReserved(ID);
    private static final StockRejected OUT_OF_STOCK = new StockRejected(ID, SKU, 2, 1);
    private static final StockReleased RELEASED = new StockReleased(ID);
    private static final PaymentDeclined DECLINED = new PaymentDeclined(ID, "insufficient-funds");
    private static final PaymentCharged CHARGED = new PaymentCharged(ID);
    private static final PaymentUnsettled UNSETTLED = new PaymentUnsettled(ID, "timed out");
    private static final PaymentVoided VOIDED = new PaymentVoided(ID);
    private static final List<CheckoutReply> EVERY_REPLY = List.of(RESERVED, OUT_OF_STOCK, RELEASED, DECLINED,
            CHARGED, UNSETTLED, VOIDED);

    /** A checkout after some replies, and all commands that it has sent. */
    private record History(Checkout checkout, List<Message> commands) {
        static History of(CheckoutReply... replies) {
            Step first = Checkout.begin(ORDER);
            var history = new History(first.next(), first.commands());
            for (CheckoutReply reply : replies) {
                history = history.and(reply);
            }
            return history;
        }

        History and(CheckoutReply reply) {
            return and(checkout.on(reply));
        }

        History givenUp() {
            return and(checkout.giveUp());
        }

        private History and(Step step) {
            var all = new ArrayList<>(commands);
            all.addAll(step.commands());
            return new History(step.next(), all);
        }

        List<Class<?>> sent() {
            return commands.stream().<Class<?>>map(Object::getClass).toList();
        }
    }

    @Test
    void confirmsOnceStockIsReservedAndThePaymentCharged() {
        var history = History.of(RESERVED, CHARGED);
        assertThat(history.checkout).isEqualTo(new Confirmed(ORDER));
        assertThat(history.sent()).containsExactly(ReserveStock.class, ChargePayment.class);
    }

    @Test
    void rejectsNamingTheSkuThatIsOutOfStock() {
        var history = History.of(OUT_OF_STOCK);
        assertThat(history.checkout).isInstanceOfSatisfying(Rejected.class, rejected -> {
            assertThat(rejected.rejection().code()).isEqualTo(Rejection.Code.OUT_OF_STOCK);
            assertThat(rejected.rejection().sku()).isEqualTo(SKU);
            assertThat(rejected.rejection().detail()).isEqualTo("only 1 of 2 COFFEE-1KG in stock");
        });
        assertThat(history.sent()).containsExactly(ReserveStock.class);
    }

    @Test
    void releasesStockWhenPaymentIsDeclined() {
        var history = History.of(RESERVED, DECLINED, RELEASED);
        assertThat(history.checkout).isEqualTo(
                new Rejected(ORDER, new Rejection(Rejection.Code.PAYMENT_DECLINED, "insufficient-funds", null)));
        assertThat(history.sent()).containsExactly(ReserveStock.class, ChargePayment.class, ReleaseStock.class);
    }

    @Test
    void voidsAPaymentOfUnknownOutcomeBeforeItReleasesStock() {
        var unknown = History.of(RESERVED, UNSETTLED);
        assertThat(unknown.sent()).containsExactly(ReserveStock.class, ChargePayment.class, VoidPayment.class);
        assertThat(unknown.and(CHARGED)).as("a late success").isEqualTo(unknown);
        assertThat(unknown.and(VOIDED).sent()).endsWith(VoidPayment.class, ReleaseStock.class);
        assertThat(unknown.and(VOIDED).and(RELEASED).checkout).isInstanceOf(Rejected.class);
    }

    @Test
    void resendsTheCommandWhoseReplyIsOverdue() {
        for (var waiting : List.of(History.of(), History.of(RESERVED), History.of(RESERVED, UNSETTLED),
                History.of(RESERVED, DECLINED))) {
            Step again = waiting.checkout.redrive();
            assertThat(again.next()).isEqualTo(waiting.checkout);
            assertThat(again.commands()).containsExactly(waiting.commands.getLast());
        }
    }

    @Test
    void compensatesAnOrderThatTakesTooLong() {
        assertThat(History.of().givenUp().and(RESERVED).sent()).as("a late reservation is released with the rest")
                .containsExactly(ReserveStock.class, ReleaseStock.class);
        var unpaid = History.of(RESERVED).givenUp().and(CHARGED);
        assertThat(unpaid.sent()).endsWith(ChargePayment.class, VoidPayment.class);
        assertThat(unpaid.and(VOIDED).and(RELEASED).checkout).isInstanceOfSatisfying(Rejected.class,
                rejected -> assertThat(rejected.rejection()).isEqualTo(new Rejection(Rejection.Code.TIMED_OUT,
                        "it took too long to charge the payment", null)));
    }

    @Test
    void redrivesACompensationThatTakesTooLong() {
        for (var compensating : List.of(History.of(RESERVED, UNSETTLED), History.of(RESERVED, DECLINED))) {
            assertThat(compensating.checkout.giveUp()).isEqualTo(compensating.checkout.redrive());
        }
    }

    @Test
    void neverChangesACompletedCheckout() {
        for (var completed : List.of(History.of(RESERVED, CHARGED), History.of(OUT_OF_STOCK))) {
            assertThat(completed.givenUp()).isEqualTo(completed);
            assertThat(completed.checkout.redrive()).isEqualTo(new Step(completed.checkout, List.of()));
        }
    }

    @Test
    void keepsItsInvariantsUnderEveryHistoryOfUpToEightReplies() {
        assertThat(explore(History.of(), List.of(), 8)).isGreaterThan(100_000);
    }

    /** Explores every sequence of replies; from a completed checkout, one reply further. */
    private static int explore(History history, List<CheckoutReply> replies, int depth) {
        int histories = 1;
        for (CheckoutReply reply : EVERY_REPLY) {
            History next = history.and(reply);
            var all = new ArrayList<>(replies);
            all.add(reply);
            check(history, next, all);
            if (depth > 1 && !history.checkout.isComplete()) {
                histories += explore(next, all, depth - 1);
            }
        }
        return histories;
    }

    private static void check(History before, History after, List<CheckoutReply> replies) {
        assertThat(after.sent()).as("each command is sent once, after %s", replies).doesNotHaveDuplicates();
        if (before.checkout.isComplete()) {
            assertThat(after).as("a completed checkout never changes, after %s", replies).isEqualTo(before);
        }
        if (after.checkout instanceof Confirmed) {
            assertThat(replies).as("paid and reserved").contains(RESERVED, CHARGED);
            assertThat(after.sent()).as("nothing was compensated").doesNotContain(VoidPayment.class,
                    ReleaseStock.class);
        }
        if (after.checkout instanceof Rejected && after.sent().contains(ChargePayment.class)) {
            assertThat(after.sent()).as("stock is released, after %s", replies).contains(ReleaseStock.class);
        }
        int release = after.sent().indexOf(ReleaseStock.class);
        int undo = after.sent().indexOf(VoidPayment.class);
        if (release >= 0 && undo >= 0) {
            assertThat(replies).as("the payment is voided before stock is released").contains(VOIDED);
            assertThat(undo).isLessThan(release);
        }
        if (release >= 0 && undo < 0) {
            assertThat(replies).as("only a decline leaves nothing to void, after %s", replies).contains(DECLINED);
        }
    }
}
