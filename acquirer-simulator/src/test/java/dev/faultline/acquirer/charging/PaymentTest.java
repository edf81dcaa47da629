package dev.faultline.acquirer.charging;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;

import dev.faultline.acquirer.charging.Decision.Applied;
import dev.faultline.acquirer.charging.Decision.Refused;
import dev.faultline.acquirer.charging.Decision.Repeated;
import dev.faultline.acquirer.charging.Operation.Charge;
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
            UNKNOWN,  charge,              became CHARGED
            UNKNOWN,  charge and decline,  became DECLINED
            UNKNOWN,  charge other amount, became CHARGED
            UNKNOWN,  charge other method, became CHARGED
            UNKNOWN,  void,                became VOIDED
            UNKNOWN,  refund,              refused UNKNOWN WRONG_STATE
            CHARGED,  charge,              repeated CHARGED
            CHARGED,  charge and decline,  repeated CHARGED
            CHARGED,  charge other amount, refused CHARGED OTHER_TERMS
            CHARGED,  charge other method, refused CHARGED OTHER_TERMS
            CHARGED,  void,                refused CHARGED WRONG_STATE
            CHARGED,  refund,              became REFUNDED
            DECLINED, charge,              repeated DECLINED
            DECLINED, charge and decline,  repeated DECLINED
            DECLINED, charge other amount, refused DECLINED OTHER_TERMS
            DECLINED, charge other method, refused DECLINED OTHER_TERMS
            DECLINED, void,                became VOIDED
            DECLINED, refund,              refused DECLINED WRONG_STATE
            VOIDED,   charge,              refused VOIDED WRONG_STATE
            VOIDED,   charge and decline,  refused VOIDED WRONG_STATE
            VOIDED,   charge other amount, refused VOIDED WRONG_STATE
            VOIDED,   charge other method, refused VOIDED WRONG_STATE
            VOIDED,   void,                repeated VOIDED
            VOIDED,   refund,              refused VOIDED WRONG_STATE
            REFUNDED, charge,              refused REFUNDED WRONG_STATE
            REFUNDED, charge and decline,  refused REFUNDED WRONG_STATE
            REFUNDED, charge other amount, refused REFUNDED WRONG_STATE
            REFUNDED, charge other method, refused REFUNDED WRONG_STATE
            REFUNDED, void,                refused REFUNDED WRONG_STATE
            REFUNDED, refund,              repeated REFUNDED
            """)
    void decidesEveryOperationInEveryState(Status state, String operation, String outcome) {
        assertThat(inWords(payment(state).on(operation(operation)))).isEqualTo(outcome);
    }

    @ParameterizedTest
    @CsvSource({"card-visa, ''", "card-mastercard, ''", "sepa-debit, ''", "card-declined, insufficient-funds",
        "card-expired, expired-card", "shells, unsupported-payment-method"})
    void declinesByPaymentMethod(String method, String reason) {
        assertThat(Charge.of(new ChargeDetails(TERMS.amount(), method)).refusal().orElse("")).isEqualTo(reason);
    }

    private static Payment payment(Status status) {
        return switch (status) {
            case UNKNOWN -> new Payment.Unknown();
            case DECLINED -> new Payment.Declined(TERMS, "insufficient-funds");
            case CHARGED -> new Payment.Charged(TERMS);
            case VOIDED -> new Payment.Voided(Optional.of(TERMS));
            case REFUNDED -> new Payment.Refunded(TERMS);
        };
    }

    private static Operation operation(String words) {
        return switch (words) {
            case "charge" -> Charge.of(TERMS);
            case "charge and decline" -> Charge.of(TERMS).declined();
            case "charge other amount" -> Charge.of(OTHER_AMOUNT);
            case "charge other method" -> Charge.of(OTHER_METHOD);
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
