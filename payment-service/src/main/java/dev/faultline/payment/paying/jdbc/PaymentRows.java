package dev.faultline.payment.paying.jdbc;

import java.sql.ResultSet;
import java.sql.SQLException;

import dev.faultline.contracts.Money;
import dev.faultline.contracts.OrderId;
import dev.faultline.payment.paying.Payment;
import dev.faultline.payment.paying.Payment.Absent;
import dev.faultline.payment.paying.Payment.Charged;
import dev.faultline.payment.paying.Payment.Charging;
import dev.faultline.payment.paying.Payment.Declined;
import dev.faultline.payment.paying.Payment.Refunded;
import dev.faultline.payment.paying.Payment.Refunding;
import dev.faultline.payment.paying.Payment.Status;
import dev.faultline.payment.paying.Payment.Voided;
import dev.faultline.payment.paying.Payment.Voiding;
import dev.faultline.payment.paying.PaymentDetails;

/** Maps a payment to its row. */
final class PaymentRows {
    private PaymentRows() {}

    static Payment read(ResultSet row) throws SQLException {
        var id = new OrderId(row.getString("order_id"));
        String method = row.getString("payment_method");
        if (method == null) {
            return new Voided(id, null);
        }
        var details = new PaymentDetails(new Money(row.getLong("amount_minor"), row.getString("currency")), method, row
                .getString("customer"));
        return switch (Status.valueOf(row.getString("status"))) {
            case ABSENT -> new Absent(id);
            // The instance that stored the intent may have sent the request.
            case CHARGING -> new Charging(id, details, true);
            case DECLINED -> new Declined(id, details, row.getString("decline_reason"));
            case CHARGED -> new Charged(id, details);
            case VOIDING -> new Voiding(id, details);
            case REFUNDING -> new Refunding(id, details);
            case VOIDED -> new Voided(id, details);
            case REFUNDED -> new Refunded(id, details);
        };
    }
}
