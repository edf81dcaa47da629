package dev.faultline.payment.paying.jdbc;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;

import dev.faultline.contracts.Money;
import dev.faultline.contracts.OrderId;
import dev.faultline.payment.paying.Payment;
import dev.faultline.payment.paying.Payment.Absent;
import dev.faultline.payment.paying.Payment.Authorized;
import dev.faultline.payment.paying.Payment.Authorizing;
import dev.faultline.payment.paying.Payment.CaptureDeclined;
import dev.faultline.payment.paying.Payment.Captured;
import dev.faultline.payment.paying.Payment.Capturing;
import dev.faultline.payment.paying.Payment.Declined;
import dev.faultline.payment.paying.Payment.Refunded;
import dev.faultline.payment.paying.Payment.Refunding;
import dev.faultline.payment.paying.Payment.Status;
import dev.faultline.payment.paying.Payment.Voided;
import dev.faultline.payment.paying.Payment.Voiding;
import dev.faultline.payment.paying.Terms;

/** How a payment looks in its row. */
final class PaymentRows {
    private PaymentRows() {}

    static Payment read(ResultSet row) throws SQLException {
        var id = new OrderId(row.getString("order_id"));
        String method = row.getString("payment_method");
        if (method == null) {
            return new Voided(id, null);
        }
        var terms = new Terms(new Money(row.getLong("amount_minor"), row.getString("currency")), method);
        return switch (Status.valueOf(row.getString("status"))) {
            case ABSENT -> new Absent(id);
            // The acquirer may have been asked by whoever stored the intent.
            case AUTHORIZING -> new Authorizing(id, terms, true);
            case AUTHORIZED -> new Authorized(id, terms);
            case DECLINED -> new Declined(id, terms, row.getString("decline_reason"));
            case CAPTURING -> new Capturing(id, terms, true);
            case CAPTURED -> new Captured(id, terms);
            case CAPTURE_DECLINED -> new CaptureDeclined(id, terms, row.getString("decline_reason"));
            case VOIDING -> new Voiding(id, terms);
            case REFUNDING -> new Refunding(id, terms);
            case VOIDED -> new Voided(id, terms);
            case REFUNDED -> new Refunded(id, terms);
        };
    }

    /** Sets amount, currency and payment method, in this order. */
    static void setTerms(PreparedStatement statement, int first, Payment payment) throws SQLException {
        Terms terms = payment.terms();
        statement.setObject(first, terms == null ? null : terms.amount().minorUnits(), Types.BIGINT);
        statement.setString(first + 1, terms == null ? null : terms.amount().currency());
        statement.setString(first + 2, terms == null ? null : terms.paymentMethod());
    }
}
