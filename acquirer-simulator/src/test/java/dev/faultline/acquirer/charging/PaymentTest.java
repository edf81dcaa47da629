package dev.faultline.acquirer.charging;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;

import dev.faultline.acquirer.charging.Decision.Applied;
import dev.faultline.acquirer.charging.Decision.Refused;
import dev.faultline.acquirer.charging.Decision.Repeated;
import dev.faultline.acquirer.charging.Operation.Authorize;
import dev.faultline.acquirer.charging.Payment.Status;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PaymentTest {
    private static final ChargeDetails TERMS = new ChargeDetails(new Amount(1250, "EUR"), "card-visa");
    private static final ChargeDetails OTHER_AMOUNT = new ChargeDetails(new Amount(1251, "EUR"), "card-visa");
    private static final ChargeDetails OTHER_METHOD = new ChargeDetails(TERMS.amount(), "sepa-debit");

    /** The complete transition table. */
    @ParameterizedTest
    @CsvSource(textBlock = """
            UNKNOWN,    authorize,              became AUTHORIZED
            UNKNOWN,    authorize and decline,  became DECLINED
            UNKNOWN,    authorize other amount, became AUTHORIZED
            UNKNOWN,    authorize other method, became AUTHORIZED
            UNKNOWN,    capture,                refused UNKNOWN WRONG_STATE
            UNKNOWN,    void,                   became VOIDED
            UNKNOWN,    refund,                 refused UNKNOWN WRONG_STATE
            AUTHORIZED, authorize,              repeated AUTHORIZED
            AUTHORIZED, authorize and decline,  repeated AUTHORIZED
            AUTHORIZED, authorize other amount, refused AUTHORIZED OTHER_TERMS
            AUTHORIZED, authorize other method, refused AUTHORIZED OTHER_TERMS
            AUTHORIZED, capture,                became CAPTURED
            AUTHORIZED, void,                   became VOIDED
            AUTHORIZED, refund,                 refused AUTHORIZED WRONG_STATE
            DECLINED,   authorize,              repeated DECLINED
            DECLINED,   authorize and decline,  repeated DECLINED
            DECLINED,   authorize other amount, refused DECLINED OTHER_TERMS
            DECLINED,   authorize other method, refused DECLINED OTHER_TERMS
            DECLINED,   capture,                refused DECLINED WRONG_STATE
            DECLINED,   void,                   became VOIDED
            DECLINED,   refund,                 refused DECLINED WRONG_STATE
            CAPTURED,   authorize,              repeated AUTHORIZED
            CAPTURED,   authorize and decline,  repeated AUTHORIZED
            CAPTURED,   authorize other amount, refused CAPTURED OTHER_TERMS
            CAPTURED,   authorize other method, refused CAPTURED OTHER_TERMS
            CAPTURED,   capture,                repeated CAPTURED
            CAPTURED,   void,                   refused CAPTURED WRONG_STATE
            CAPTURED,   refund,                 became REFUNDED
            VOIDED,     authorize,              refused VOIDED WRONG_STATE
            VOIDED,     authorize and decline,  refused VOIDED WRONG_STATE
            VOIDED,     authorize other amount, refused VOIDED WRONG_STATE
            VOIDED,     authorize other method, refused VOIDED WRONG_STATE
            VOIDED,     capture,                refused VOIDED WRONG_STATE
            VOIDED,     void,                   repeated VOIDED
            VOIDED,     refund,                 refused VOIDED WRONG_STATE
            REFUNDED,   authorize,              refused REFUNDED WRONG_STATE
            REFUNDED,   authorize and decline,  refused REFUNDED WRONG_STATE
            REFUNDED,   authorize other amount, refused REFUNDED WRONG_STATE
            REFUNDED,   authorize other method, refused REFUNDED WRONG_STATE
            REFUNDED,   capture,                refused REFUNDED WRONG_STATE
            REFUNDED,   void,                   refused REFUNDED WRONG_STATE
            REFUNDED,   refund,                 repeated REFUNDED
            """)
    void decidesEveryOperationInEveryState(Status state, String operation, String outcome) {
        assertThat(inWords(payment(state).on(operation(operation)))).isEqualTo(outcome);
    }

    @ParameterizedTest
    @CsvSource({"card-visa, ''", "card-mastercard, ''", "sepa-debit, ''", "card-declined, insufficient-funds",
        "card-expired, expired-card", "shells, unsupported-payment-method"})
    void declinesByPaymentMethod(String method, String reason) {
        assertThat(Authorize.of(new ChargeDetails(TERMS.amount(), method)).refusal().orElse("")).isEqualTo(reason);
    }

    private static Payment payment(Status status) {
        return switch (status) {
            case UNKNOWN -> new Payment.Unknown();
            case AUTHORIZED -> new Payment.Authorized(TERMS);
            case DECLINED -> new Payment.Declined(TERMS, "insufficient-funds");
            case CAPTURED -> new Payment.Captured(TERMS);
            case VOIDED -> new Payment.Voided(Optional.of(TERMS));
            case REFUNDED -> new Payment.Refunded(TERMS);
        };
    }

    private static Operation operation(String words) {
        return switch (words) {
            case "authorize" -> Authorize.of(TERMS);
            case "authorize and decline" -> Authorize.of(TERMS).declined();
            case "authorize other amount" -> Authorize.of(OTHER_AMOUNT);
            case "authorize other method" -> Authorize.of(OTHER_METHOD);
            case "capture" -> new Operation.Capture();
            case "void" -> new Operation.Cancel();
            case "refund" -> new Operation.Refund();
            default -> throw new IllegalArgumentException(words);
        };
    }

    private static String inWords(Decision decision) {
        return switch (decision) {
            case Applied(Payment payment) -> "became " + payment.status();
            case Repeated(Payment payment) -> "repeated " + payment.status();
            case Refused(Payment payment, Decision.Reason reason) -> "refused " + payment.status() + " " + reason;
        };
    }
}
