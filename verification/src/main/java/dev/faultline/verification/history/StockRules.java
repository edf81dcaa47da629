package dev.faultline.verification.history;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;

import dev.faultline.verification.history.Anomaly.Kind;
import dev.faultline.verification.history.Row.CheckoutRow;
import dev.faultline.verification.history.Row.OrderRow;
import dev.faultline.verification.history.Row.ReceiptRow;
import dev.faultline.verification.history.Row.ReservationRow;
import dev.faultline.verification.history.Row.StockRow;

/** For each SKU, received = available + reserved; confirmed orders hold exactly their lines, and no other order holds any. */
final class StockRules {
    private final History history;
    private final Map<String, CheckoutRow> checkouts = new HashMap<>();
    private final List<Anomaly> found = new ArrayList<>();

    private StockRules(History history) {
        this.history = history;
        history.rows(CheckoutRow.class).forEach(checkout -> checkouts.put(checkout.order(), checkout));
    }

    static Stream<Anomaly> of(History history) {
        var rules = new StockRules(history);
        rules.stockIsConserved();
        rules.noReservationIsOrphaned();
        rules.confirmedOrdersHoldTheirStock();
        return rules.found.stream();
    }

    private void stockIsConserved() {
        var received = new HashMap<String, Long>();
        var held = new HashMap<String, Long>();
        var stock = new HashMap<String, StockRow>();
        history.rows(ReceiptRow.class).forEach(row -> received.merge(row.sku(), row.quantity(), Long::sum));
        history.rows(ReservationRow.class).filter(ReservationRow::isHeld)
                .forEach(row -> held.merge(row.sku(), row.quantity(), Long::sum));
        history.rows(StockRow.class).forEach(row -> stock.put(row.sku(), row));
        var skus = new TreeSet<>(received.keySet());
        skus.addAll(stock.keySet());
        skus.addAll(held.keySet());
        for (String sku : skus) {
            StockRow row = stock.get(sku);
            long available = row == null ? 0 : row.available();
            long reserved = row == null ? 0 : row.reserved();
            if (available < 0 || reserved < 0) {
                report(Kind.OVERSOLD, sku, available + " are available and " + reserved + " reserved");
            }
            long receipts = received.getOrDefault(sku, 0L);
            if (receipts != available + reserved) {
                report(Kind.STOCK_NOT_CONSERVED, sku, receipts + " were received, and " + available + " available + "
                        + reserved + " reserved are " + (available + reserved));
            }
            long reservations = held.getOrDefault(sku, 0L);
            if (reserved != reservations) {
                report(Kind.STOCK_NOT_CONSERVED, sku, reserved + " are reserved, and the reservations sum to "
                        + reservations);
            }
        }
    }

    /** An unfinished order may hold stock; {@link OrderRules} reports it. */
    private void noReservationIsOrphaned() {
        history.rows(ReservationRow.class).filter(ReservationRow::isHeld).forEach(held -> {
            CheckoutRow checkout = checkouts.get(held.order());
            if (checkout == null || (checkout.isComplete() && !checkout.isConfirmed())) {
                report(Kind.ORPHANED_RESERVATION, held.order(), held.quantity() + " x " + held.sku()
                        + " are held, and the order " + (checkout == null ? "does not exist" : "was rejected"));
            }
        });
    }

    private void confirmedOrdersHoldTheirStock() {
        var held = new HashMap<String, Map<String, Long>>();
        history.rows(ReservationRow.class).filter(ReservationRow::isHeld).forEach(row -> held.computeIfAbsent(row
                .order(), _ -> new HashMap<>()).put(row.sku(), row.quantity()));
        history.rows(OrderRow.class).forEach(order -> {
            CheckoutRow checkout = checkouts.get(order.id());
            if (checkout == null || !checkout.isConfirmed()) {
                return;
            }
            var lines = new HashMap<String, Long>();
            order.lines().forEach(line -> lines.merge(line.sku(), (long) line.quantity(), Long::sum));
            Map<String, Long> holds = held.getOrDefault(order.id(), Map.of());
            if (!lines.equals(holds)) {
                report(Kind.MISSING_RESERVATION, order.id(), "is confirmed for " + lines + ", and holds " + holds);
            }
        });
    }

    private void report(Kind kind, String subject, String explanation) {
        found.add(new Anomaly(kind, subject, explanation));
    }
}
