package dev.faultline.payment.paying.web;

import java.time.Instant;
import java.util.List;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.faultline.contracts.Money;
import dev.faultline.contracts.OrderId;
import dev.faultline.payment.ledger.Booked;
import dev.faultline.payment.ledger.Transfer;
import dev.faultline.payment.paying.Payment;
import dev.faultline.payment.paying.Statement;
import dev.faultline.payment.paying.Terms;
import org.jspecify.annotations.Nullable;

/** A payment as clients see it; amount and payment method are absent where a void came before anything else. */
@JsonInclude(JsonInclude.Include.NON_NULL)
record PaymentResponse(OrderId orderId, Payment.Status status, @Nullable Money amount, @Nullable String paymentMethod,
        @Nullable String declineReason, Instant createdAt, Instant updatedAt, List<Moved> transfers) {

    record Moved(Transfer.Kind kind, String debit, String credit, Money amount, Instant at) {
        static Moved of(Booked booked) {
            Transfer transfer = booked.transfer();
            return new Moved(transfer.kind(), transfer.kind().debit(), transfer.kind().credit(), transfer.amount(),
                    booked.at());
        }
    }

    static PaymentResponse of(Statement statement) {
        Payment payment = statement.payment();
        Terms terms = payment.terms();
        return new PaymentResponse(payment.orderId(), payment.status(), terms == null ? null : terms.amount(),
                terms == null ? null : terms.paymentMethod(),
                payment.declineReason(), statement.createdAt(),
                statement.updatedAt(), statement.transfers().stream().map(Moved::of).toList());
    }
}
