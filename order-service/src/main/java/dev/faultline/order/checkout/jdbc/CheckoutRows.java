package dev.faultline.order.checkout.jdbc;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.List;

import dev.faultline.contracts.Money;
import dev.faultline.contracts.OrderId;
import dev.faultline.contracts.OrderLine;
import dev.faultline.contracts.Sku;
import dev.faultline.order.checkout.Checkout;
import dev.faultline.order.checkout.Checkout.ChargingPayment;
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
            case ChargingPayment _ -> "CHARGING_PAYMENT";
            case VoidingPayment _ -> "VOIDING_PAYMENT";
            case ReleasingStock _ -> "RELEASING_STOCK";
            case Confirmed _ -> "CONFIRMED";
            case Rejected _ -> "REJECTED";
        };
    }

    static @Nullable Rejection rejectionOf(Checkout checkout) {
        return switch (checkout) {
            case ReservingStock _,ChargingPayment _,Confirmed _ -> null;
            case VoidingPayment voiding -> voiding.rejection();
            case ReleasingStock releasing -> releasing.rejection();
            case Rejected rejected -> rejected.rejection();
        };
    }

    static CheckoutOrder order(ResultSet row) throws SQLException {
        return new CheckoutOrder(new OrderId(row.getString("id")),
                JsonMapper.shared().readValue(row.getString("lines"), LINES),
                new Money(row.getLong("total_minor"), row.getString("currency")), row.getString("payment_method"),
                row.getString("customer"));
    }

    static Checkout read(ResultSet row, CheckoutOrder order) throws SQLException {
        return checkout(row.getString("state"), order, rejection(row));
    }

    private static Checkout checkout(String state, CheckoutOrder order, @Nullable Rejection rejection) {
        return switch (state) {
            case "RESERVING_STOCK" -> new ReservingStock(order);
            case "CHARGING_PAYMENT" -> new ChargingPayment(order);
            case "VOIDING_PAYMENT" -> new VoidingPayment(order, require(rejection, order));
            case "RELEASING_STOCK" -> new ReleasingStock(order, require(rejection, order));
            case "CONFIRMED" -> new Confirmed(order);
            case "REJECTED" -> new Rejected(order, require(rejection, order));
            default -> throw new IllegalStateException("order " + order.id() + " has an unknown state: " + state);
        };
    }

    /** The first day of the month whose partition holds the order when it is completed. */
    public static String monthOf(OrderId id) {
        var month = YearMonth.from(id.createdAt().atZone(ZoneOffset.UTC));
        // Not its own format, which PostgreSQL does not read from the year 10000 on; a client may ask for any id.
        return "%d-%02d-01".formatted(month.getYear(), month.getMonthValue());
    }

    /** The names of the commands that a checkout sends when it enters the state. */
    public static List<String> commandsOf(String state, CheckoutOrder order, @Nullable Rejection rejection) {
        return checkout(state, order, rejection).redrive().commands().stream()
                .map(command -> command.getClass().getSimpleName()).toList();
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

    private static Rejection require(@Nullable Rejection rejection, CheckoutOrder order) {
        if (rejection == null) {
            throw new IllegalStateException("the checkout of " + order.id() + " has no rejection");
        }
        return rejection;
    }
}
