package dev.faultline.order.checkout.jdbc;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;

import dev.faultline.contracts.Money;
import dev.faultline.contracts.OrderId;
import dev.faultline.contracts.OrderLine;
import dev.faultline.contracts.Sku;
import dev.faultline.order.checkout.Checkout;
import dev.faultline.order.checkout.Checkout.AuthorizingPayment;
import dev.faultline.order.checkout.Checkout.CapturingPayment;
import dev.faultline.order.checkout.Checkout.Confirmed;
import dev.faultline.order.checkout.Checkout.Rejected;
import dev.faultline.order.checkout.Checkout.ReleasingStock;
import dev.faultline.order.checkout.Checkout.ReservingStock;
import dev.faultline.order.checkout.Checkout.VoidingPayment;
import dev.faultline.order.checkout.CheckoutOrder;
import dev.faultline.order.checkout.Rejection;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** Maps a checkout to its row. */
public final class CheckoutRows {
    private static final TypeReference<List<OrderLine>> LINES = new TypeReference<>() {};

    private CheckoutRows() {}

    /** The state's name in the database and the API. */
    public static String stateOf(Checkout checkout) {
        return switch (checkout) {
            case ReservingStock _ -> "RESERVING_STOCK";
            case AuthorizingPayment _ -> "AUTHORIZING_PAYMENT";
            case CapturingPayment _ -> "CAPTURING_PAYMENT";
            case VoidingPayment _ -> "VOIDING_PAYMENT";
            case ReleasingStock _ -> "RELEASING_STOCK";
            case Confirmed _ -> "CONFIRMED";
            case Rejected _ -> "REJECTED";
        };
    }

    static @Nullable Rejection rejectionOf(Checkout checkout) {
        return switch (checkout) {
            case ReservingStock _,AuthorizingPayment _,CapturingPayment _,Confirmed _ -> null;
            case VoidingPayment voiding -> voiding.rejection();
            case ReleasingStock releasing -> releasing.rejection();
            case Rejected rejected -> rejected.rejection();
        };
    }

    static CheckoutOrder order(ResultSet row) throws SQLException {
        return new CheckoutOrder(new OrderId(row.getString("order_id")),
                JsonMapper.shared().readValue(row.getString("lines"), LINES),
                new Money(row.getLong("total_minor"), row.getString("currency")), row.getString("payment_method"));
    }

    static Checkout read(ResultSet row, CheckoutOrder order) throws SQLException {
        String state = row.getString("state");
        return switch (state) {
            case "RESERVING_STOCK" -> new ReservingStock(order);
            case "AUTHORIZING_PAYMENT" -> new AuthorizingPayment(order);
            case "CAPTURING_PAYMENT" -> new CapturingPayment(order);
            case "VOIDING_PAYMENT" -> new VoidingPayment(order, requireRejection(row));
            case "RELEASING_STOCK" -> new ReleasingStock(order, requireRejection(row));
            case "CONFIRMED" -> new Confirmed(order);
            case "REJECTED" -> new Rejected(order, requireRejection(row));
            default -> throw new IllegalStateException("order " + order.id() + " has an unknown state: " + state);
        };
    }

    /** The reason in the columns {@code rejection_code}, {@code rejection_detail} and {@code rejection_sku}, if any. */
    public static @Nullable Rejection rejection(ResultSet row) throws SQLException {
        String code = row.getString("rejection_code");
        if (code == null) {
            return null;
        }
        String sku = row.getString("rejection_sku");
        return new Rejection(Rejection.Code.valueOf(code), row.getString("rejection_detail"),
                sku == null ? null : new Sku(sku));
    }

    private static Rejection requireRejection(ResultSet row) throws SQLException {
        Rejection rejection = rejection(row);
        if (rejection == null) {
            throw new IllegalStateException("a checkout in state " + row.getString("state") + " has no rejection");
        }
        return rejection;
    }
}
