package dev.faultline.payment.paying;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;

import dev.faultline.contracts.CheckoutReply.PaymentAuthorized;
import dev.faultline.contracts.CheckoutReply.PaymentCaptured;
import dev.faultline.contracts.CheckoutReply.PaymentDeclined;
import dev.faultline.contracts.CheckoutReply.PaymentUnsettled;
import dev.faultline.contracts.CheckoutReply.PaymentVoided;
import dev.faultline.contracts.Money;
import dev.faultline.contracts.OrderId;
import dev.faultline.contracts.PaymentCommand.AuthorizePayment;
import dev.faultline.contracts.PaymentCommand.CapturePayment;
import dev.faultline.contracts.PaymentCommand.VoidPayment;
import dev.faultline.payment.ledger.Transfer;
import dev.faultline.payment.paying.Acquirer.AcquirerState;
import dev.faultline.payment.paying.Acquirer.Answer;
import dev.faultline.payment.paying.Payment.Absent;
import dev.faultline.payment.paying.Payment.Authorized;
import dev.faultline.payment.paying.Payment.Authorizing;
import dev.faultline.payment.paying.Payment.Captured;
import dev.faultline.payment.paying.Payment.Capturing;
import dev.faultline.payment.paying.Payment.Declined;
import dev.faultline.payment.paying.Payment.Refunded;
import dev.faultline.payment.paying.Payment.Refunding;
import dev.faultline.payment.paying.Payment.Voided;
import dev.faultline.payment.paying.Payment.Voiding;
import org.junit.jupiter.api.Test;

class PaymentTest {
    private static final OrderId ORDER = new OrderId("7K-06B3N8ZQ4M1V9X2W5T0C");
    private static final Money AMOUNT = new Money(1250, "EUR");
    private static final PaymentDetails TERMS = new PaymentDetails(AMOUNT, "card-visa");
    private static final AuthorizePayment AUTHORIZE = new AuthorizePayment(ORDER, AMOUNT, "card-visa");
    private static final CapturePayment CAPTURE = new CapturePayment(ORDER);
    private static final VoidPayment VOID = new VoidPayment(ORDER);
    private static final Transfer CAPTURED = new Transfer(ORDER, Transfer.Kind.CAPTURE, AMOUNT);
    private static final Transfer REFUNDED = new Transfer(ORDER, Transfer.Kind.REFUND, AMOUNT);

    @Test
    void storesTheIntentBeforeTheAcquirerIsCalled() {
        assertThat(new Absent(ORDER).on(AUTHORIZE))
                .isEqualTo(new Step(new Authorizing(ORDER, TERMS, false), null, List.of()));
        assertThat(new Authorized(ORDER, TERMS).on(CAPTURE))
                .isEqualTo(new Step(new Capturing(ORDER, TERMS, false), null, List.of()));
        assertThat(new Captured(ORDER, TERMS).on(VOID)).isEqualTo(new Step(new Voiding(ORDER, TERMS), null, List.of()));
    }

    @Test
    void authorizesAndCaptures() {
        assertThat(new Authorizing(ORDER, TERMS, false).on(new Answer.Done()))
                .isEqualTo(new Step(new Authorized(ORDER, TERMS), new PaymentAuthorized(ORDER), List.of()));
        assertThat(new Capturing(ORDER, TERMS, false).on(new Answer.Done()))
                .isEqualTo(new Step(new Captured(ORDER, TERMS), new PaymentCaptured(ORDER), List.of(CAPTURED)));
    }

    @Test
    void repliesWithTheAcquirersDeclineReason() {
        assertThat(new Authorizing(ORDER, TERMS, false).on(new Answer.Declined("expired-card"))).isEqualTo(new Step(
                new Declined(ORDER, TERMS, "expired-card"), new PaymentDeclined(ORDER, "expired-card"), List.of()));
    }

    @Test
    void isUnsettledWhenTheRequestMayHaveBeenSentAndItsOutcomeIsUnknown() {
        var first = new Authorizing(ORDER, TERMS, false);
        assertThat(first.on(new Answer.Unknown("acquirer-timeout")))
                .isEqualTo(new Step(first, new PaymentUnsettled(ORDER, "acquirer-timeout"), List.of()));
        var again = new Authorizing(ORDER, TERMS, true);
        assertThat(again.on(new Answer.NotSent("acquirer-unavailable")))
                .isEqualTo(new Step(again, new PaymentUnsettled(ORDER, "acquirer-unavailable"), List.of()));
    }

    @Test
    void isDeclinedWhenNothingWasEverSent() {
        Step step = new Authorizing(ORDER, TERMS, false).on(new Answer.NotSent("acquirer-unavailable"));

        assertThat(step.reply()).isEqualTo(new PaymentDeclined(ORDER, "acquirer-unavailable"));
        assertThat(step.next().on(AUTHORIZE).reply()).isEqualTo(new PaymentDeclined(ORDER, "acquirer-unavailable"));
    }

    @Test
    void repliesToARepeatedCommandWithTheFirstReply() {
        assertThat(new Captured(ORDER, TERMS).on(AUTHORIZE).reply()).isEqualTo(new PaymentAuthorized(ORDER));
        assertThat(new Captured(ORDER, TERMS).on(CAPTURE).reply()).isEqualTo(new PaymentCaptured(ORDER));
        assertThat(new Refunded(ORDER, TERMS).on(VOID).reply()).isEqualTo(new PaymentVoided(ORDER));
    }

    @Test
    void preventsAnAuthorizationThatArrivesAfterItsVoid() {
        Step tombstone = new Absent(ORDER).on(VOID);

        assertThat(tombstone.next()).isEqualTo(new Voided(ORDER, null));
        assertThat(tombstone.next().on(AUTHORIZE))
                .isEqualTo(new Step(tombstone.next(), new PaymentVoided(ORDER), List.of()));
    }

    @Test
    void refundsWhatWasCapturedBeforeTheVoid() {
        assertThat(new Voiding(ORDER, TERMS).on(new Answer.Refused(AcquirerState.CAPTURED)).next())
                .isEqualTo(new Refunding(ORDER, TERMS));
        assertThat(new Refunding(ORDER, TERMS).on(new Answer.Done())).isEqualTo(
                new Step(new Refunded(ORDER, TERMS), new PaymentVoided(ORDER), List.of(CAPTURED, REFUNDED)));
    }

    @Test
    void staysUnchangedWithoutAReplyWhileAVoidIsNotConfirmed() {
        var voiding = new Voiding(ORDER, TERMS);

        assertThat(voiding.on(new Answer.Unknown("acquirer-timeout")))
                .isEqualTo(new Step(voiding, null, List.of()));
        assertThat(voiding.on(CAPTURE)).isEqualTo(new Step(voiding, null, List.of()));
    }
}
