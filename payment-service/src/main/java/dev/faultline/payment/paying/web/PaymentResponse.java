package dev.faultline.payment.paying.web;

import java.time.Instant;
import java.util.List;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.faultline.contracts.Money;
import dev.faultline.contracts.OrderId;
import dev.faultline.payment.ledger.LedgerEntry;
import dev.faultline.payment.ledger.Transfer;
import dev.faultline.payment.paying.Payment;
import dev.faultline.payment.paying.PaymentDetails;
import dev.faultline.payment.paying.StoredPayment;
import org.jspecify.annotations.Nullable;

/** A payment in the API; amount and payment method are absent if a void arrived first. */
@JsonInclude(JsonInclude.Include.NON_NULL)
record PaymentResponse(OrderId orderId, Payment.Status status, @Nullable Money amount, @Nullable String paymentMethod,
        @Nullable String declineReason, Instant createdAt, Instant updatedAt, List<TransferResponse> transfers) {

    record TransferResponse(Transfer.Kind kind, String debit, String credit, Money amount, Instant at) {
        static TransferResponse of(LedgerEntry entry) {
            Transfer transfer = entry.transfer();
            return new TransferResponse(transfer.kind(), transfer.kind().debit(), transfer.kind().credit(), transfer
                    .amount(),
                    entry.at());
        }
    }

    static PaymentResponse of(StoredPayment stored) {
        Payment payment = stored.payment();
        PaymentDetails details = payment.details();
        return new PaymentResponse(payment.orderId(), payment.status(), details == null ? null : details.amount(),
                details == null ? null : details.paymentMethod(),
                payment.declineReason(), stored.createdAt(),
                stored.updatedAt(), stored.transfers().stream().map(TransferResponse::of).toList());
    }
}
