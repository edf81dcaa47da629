package dev.faultline.acquirer.charging.web;

import java.util.Locale;
import java.util.Optional;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.faultline.acquirer.charging.Amount;
import dev.faultline.acquirer.charging.ChargeDetails;
import dev.faultline.acquirer.charging.Decision;
import dev.faultline.acquirer.charging.Decision.Applied;
import dev.faultline.acquirer.charging.Decision.Reason;
import dev.faultline.acquirer.charging.Decision.Refused;
import dev.faultline.acquirer.charging.Decision.Repeated;
import dev.faultline.acquirer.charging.Payment;
import dev.faultline.acquirer.charging.Payment.Declined;
import dev.faultline.acquirer.charging.Payment.Status;
import dev.faultline.acquirer.charging.PaymentId;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;

/**
 * A payment in the API, also when an operation was declined (402) or rejected (409): {@code status} is the payment's
 * state, {@code reason} explains.
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
record PaymentResponse(PaymentId paymentId, Status status, Optional<Amount> amount, Optional<String> paymentMethod,
        Optional<String> reason) {

    static PaymentResponse of(PaymentId id, Payment payment) {
        return of(id, payment,
                payment instanceof Declined declined ? Optional.of(declined.reason()) : Optional.empty());
    }

    static ResponseEntity<PaymentResponse> of(PaymentId id, Decision decision) {
        return switch (decision) {
            case Applied(Payment payment) -> done(id, payment);
            case Repeated(Payment payment) -> done(id, payment);
            case Refused(Payment payment, Reason reason) -> ResponseEntity.status(HttpStatus.CONFLICT).body(
                    of(id, payment, Optional.of(reason.name().toLowerCase(Locale.ROOT).replace('_', '-'))));
        };
    }

    private static ResponseEntity<PaymentResponse> done(PaymentId id, Payment payment) {
        return ResponseEntity
                .status(payment.status() == Status.DECLINED ? HttpStatus.PAYMENT_REQUIRED : HttpStatus.OK)
                .body(of(id, payment));
    }

    private static PaymentResponse of(PaymentId id, Payment payment, Optional<String> reason) {
        return new PaymentResponse(id, payment.status(), payment.details().map(ChargeDetails::amount),
                payment.details().map(ChargeDetails::paymentMethod), reason);
    }
}
