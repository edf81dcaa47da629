package dev.faultline.payment.paying;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;

import dev.faultline.contracts.CheckoutReply.PaymentCharged;
import dev.faultline.contracts.CheckoutReply.PaymentDeclined;
import dev.faultline.contracts.CheckoutReply.PaymentUnsettled;
import dev.faultline.contracts.CheckoutReply.PaymentVoided;
import dev.faultline.contracts.Money;
import dev.faultline.contracts.OrderId;
import dev.faultline.contracts.PaymentCommand.ChargePayment;
import dev.faultline.contracts.PaymentCommand.VoidPayment;
import dev.faultline.payment.ledger.Transfer;
import dev.faultline.payment.paying.Acquirer.AcquirerState;
import dev.faultline.payment.paying.Acquirer.Answer;
import dev.faultline.payment.paying.Payment.Absent;
import dev.faultline.payment.paying.Payment.Charged;
import dev.faultline.payment.paying.Payment.Charging;
import dev.faultline.payment.paying.Payment.Declined;
import dev.faultline.payment.paying.Payment.Refunded;
import dev.faultline.payment.paying.Payment.Refunding;
import dev.faultline.payment.paying.Payment.Voided;
import dev.faultline.payment.paying.Payment.Voiding;
import org.junit.jupiter.api.Test;

class PaymentTest {
    private static final OrderId ORDER = new OrderId("7K-06B3N8ZQ4M1V9X2W5T0C");
    private static final Money AMOUNT = new Money(1250, "EUR");
    private static final PaymentDetails TERMS = new PaymentDetails(AMOUNT, "card-visa", "alice");
    private static final ChargePayment CHARGE = new ChargePayment(ORDER, AMOUNT, "card-visa", "alice");
    private static final VoidPayment VOID = new VoidPayment(ORDER);
    private static final Transfer CHARGED = new Transfer(ORDER, Transfer.Kind.CHARGE, AMOUNT);
    private static final Transfer REFUNDED = new Transfer(ORDER, Transfer.Kind.REFUND, AMOUNT);

    @Test
    void storesTheIntentBeforeTheAcquirerIsCalled() {
        assertThat(new Absent(ORDER).on(CHARGE))
                .isEqualTo(new Step(new Charging(ORDER, TERMS, false), null, List.of()));
        assertThat(new Charged(ORDER, TERMS).on(VOID)).isEqualTo(new Step(new Voiding(ORDER, TERMS), null, List.of()));
    }

    @Test
    void recordsAChargeInTheLedger() {
        assertThat(new Charging(ORDER, TERMS, false).on(new Answer.Done()))
                .isEqualTo(new Step(new Charged(ORDER, TERMS), new PaymentCharged(ORDER), List.of(CHARGED)));
    }

    @Test
    void repliesWithTheAcquirersDeclineReason() {
        assertThat(new Charging(ORDER, TERMS, false).on(new Answer.Declined("expired-card"))).isEqualTo(new Step(
                new Declined(ORDER, TERMS, "expired-card"), new PaymentDeclined(ORDER, "expired-card"), List.of()));
    }

    @Test
    void isUnsettledWhenTheRequestMayHaveBeenSentAndItsOutcomeIsUnknown() {
        var first = new Charging(ORDER, TERMS, false);
        assertThat(first.on(new Answer.Unknown("acquirer-timeout")))
                .isEqualTo(new Step(first, new PaymentUnsettled(ORDER, "acquirer-timeout"), List.of()));
        var again = new Charging(ORDER, TERMS, true);
        assertThat(again.on(new Answer.NotSent("acquirer-unavailable")))
                .isEqualTo(new Step(again, new PaymentUnsettled(ORDER, "acquirer-unavailable"), List.of()));
    }

    @Test
    void isDeclinedWhenNothingWasEverSent() {
        Step step = new Charging(ORDER, TERMS, false).on(new Answer.NotSent("acquirer-unavailable"));

        assertThat(step.reply()).isEqualTo(new PaymentDeclined(ORDER, "acquirer-unavailable"));
        assertThat(step.next().on(CHARGE).reply()).isEqualTo(new PaymentDeclined(ORDER, "acquirer-unavailable"));
    }

    @Test
    void repliesToARepeatedCommandWithTheFirstReply() {
        assertThat(new Charged(ORDER, TERMS).on(CHARGE).reply()).isEqualTo(new PaymentCharged(ORDER));
        assertThat(new Refunded(ORDER, TERMS).on(VOID).reply()).isEqualTo(new PaymentVoided(ORDER));
    }

    @Test
    void preventsAChargeThatArrivesAfterItsVoid() {
        Step tombstone = new Absent(ORDER).on(VOID);

        assertThat(tombstone.next()).isEqualTo(new Voided(ORDER, null));
        assertThat(tombstone.next().on(CHARGE))
                .isEqualTo(new Step(tombstone.next(), new PaymentVoided(ORDER), List.of()));
    }

    @Test
    void refundsWhatWasChargedBeforeTheVoid() {
        assertThat(new Voiding(ORDER, TERMS).on(new Answer.Refused(AcquirerState.CHARGED)).next())
                .isEqualTo(new Refunding(ORDER, TERMS));
        assertThat(new Refunding(ORDER, TERMS).on(new Answer.Done())).isEqualTo(
                new Step(new Refunded(ORDER, TERMS), new PaymentVoided(ORDER), List.of(CHARGED, REFUNDED)));
    }

    @Test
    void staysUnchangedWithoutAReplyWhileAVoidIsNotConfirmed() {
        var voiding = new Voiding(ORDER, TERMS);

        assertThat(voiding.on(new Answer.Unknown("acquirer-timeout")))
                .isEqualTo(new Step(voiding, null, List.of()));
        assertThat(voiding.on(CHARGE)).isEqualTo(new Step(voiding, null, List.of()));
    }
}
