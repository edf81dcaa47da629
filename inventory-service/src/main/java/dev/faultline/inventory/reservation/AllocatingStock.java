package dev.faultline.inventory.reservation;

import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

import dev.faultline.contracts.CheckoutReply;
import dev.faultline.contracts.CheckoutReply.StockRejected;
import dev.faultline.contracts.CheckoutReply.StockReleased;
import dev.faultline.contracts.CheckoutReply.StockReserved;
import dev.faultline.contracts.InventoryCommand;
import dev.faultline.contracts.InventoryCommand.ReleaseStock;
import dev.faultline.contracts.InventoryCommand.ReserveStock;
import dev.faultline.contracts.OrderId;
import dev.faultline.contracts.OrderLine;
import dev.faultline.contracts.Sku;
import dev.faultline.inventory.reservation.Reservation.Rejected;
import dev.faultline.inventory.reservation.Reservation.Released;
import dev.faultline.inventory.reservation.Reservation.Reserved;

/**
 * Allocates stock to orders, first come, first served. Each order gets all of its lines or none, and is decided once: a
 * repeated command gets the same reply and changes nothing.
 *
 * <p>
 * One instance serves one transaction: it is created from the rows that the transaction has read and locked, and its
 * results are the rows to write. The replies do not depend on how commands are batched. Not thread-safe.
 */
public final class AllocatingStock {
    private final Map<Sku, Integer> available;
    private final Map<OrderId, Reservation> before = new HashMap<>();
    private final SortedMap<OrderId, Reservation> after = new TreeMap<>();
    private final SortedMap<Sku, Integer> taken = new TreeMap<>();

    /**
     * @param available the available quantity of each SKU in the commands; 0 for a missing SKU
     * @param reservations the existing reservations of the commands' orders
     */
    public AllocatingStock(Map<Sku, Integer> available, Collection<Reservation> reservations) {
        this.available = new HashMap<>(available);
        reservations.forEach(reservation -> before.put(reservation.orderId(), reservation));
        after.putAll(before);
    }

    /** @throws IllegalArgumentException if the command has no lines, or two with the same SKU */
    public CheckoutReply decide(InventoryCommand command) {
        List<OrderLine> lines = bySku(command);
        return switch (command) {
            case ReserveStock(OrderId order, _) -> reserve(order, lines);
            case ReleaseStock(OrderId order, _) -> release(order, lines);
        };
    }

    private static List<OrderLine> bySku(InventoryCommand command) {
        List<OrderLine> lines = command.lines().stream().sorted(Comparator.comparing(OrderLine::sku)).toList();
        if (lines.isEmpty() || lines.stream().map(OrderLine::sku).distinct().count() < lines.size()) {
            throw new IllegalArgumentException("order " + command.orderId()
                    + " must have at least one line, and one per SKU: " + lines);
        }
        return lines;
    }

    private CheckoutReply reserve(OrderId order, List<OrderLine> lines) {
        return switch (after.computeIfAbsent(order, _ -> allocate(order, lines))) {
            case Reserved _ -> new StockReserved(order);
            case Rejected(_, _, Shortage(Sku sku, int requested, int left)) ->
                new StockRejected(order, sku, requested, left);
            case Released _ -> new StockReleased(order);
        };
    }

    private Reservation allocate(OrderId order, List<OrderLine> lines) {
        Optional<Shortage> shortage = lines.stream().filter(line -> line.quantity() > available(line.sku())).findFirst()
                .map(line -> new Shortage(line.sku(), line.quantity(), available(line.sku())));
        if (shortage.isPresent()) {
            return new Rejected(order, lines, shortage.get());
        }
        lines.forEach(line -> take(line.sku(), line.quantity()));
        return new Reserved(order, lines);
    }

    private CheckoutReply release(OrderId order, List<OrderLine> lines) {
        after.compute(order, (_, reservation) -> switch (reservation) {
            case null -> new Released(order, lines);
            case Reserved(_, List<OrderLine> held) -> {
                held.forEach(line -> take(line.sku(), -line.quantity()));
                yield new Released(order, held);
            }
            case Rejected rejected -> rejected;
            case Released released -> released;
        });
        return new StockReleased(order);
    }

    private int available(Sku sku) {
        return available.getOrDefault(sku, 0);
    }

    private void take(Sku sku, int quantity) {
        available.merge(sku, -quantity, Math::addExact);
        taken.merge(sku, quantity, Math::addExact);
    }

    /** The net quantity to move from available to reserved, per SKU; negative for a net release. */
    public SortedMap<Sku, Integer> allocated() {
        var moved = new TreeMap<>(taken);
        moved.values().removeIf(quantity -> quantity == 0);
        return moved;
    }

    /** New reservations, in order-id order. */
    public List<Reservation> created() {
        return after.values().stream().filter(reservation -> !before.containsKey(reservation.orderId())).toList();
    }

    /** Existing reservations that were released, in order-id order. */
    public List<Reservation> released() {
        return after.values().stream().filter(reservation -> before.get(reservation.orderId()) instanceof Reserved)
                .filter(Released.class::isInstance).toList();
    }
}
