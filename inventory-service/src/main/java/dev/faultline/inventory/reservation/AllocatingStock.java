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
 * Allocates stock to orders, first come, first served; every order gets all of its lines or none. Each order is decided
 * once; repeated commands get the same answer and change nothing.
 *
 * <p>
 * It starts from what a transaction has read and locked, and returns what is to be written. How commands are batched
 * does not change the answers. Not thread-safe; for one transaction.
 */
public final class AllocatingStock {
    private final Map<Sku, Integer> available;
    private final Map<OrderId, Reservation> before = new HashMap<>();
    private final SortedMap<OrderId, Reservation> after = new TreeMap<>();
    private final SortedMap<Sku, Integer> taken = new TreeMap<>();

    /**
     * @param available for each SKU that the commands name; a missing SKU has none
     * @param reservations of those orders that have any
     */
    public AllocatingStock(Map<Sku, Integer> available, Collection<Reservation> reservations) {
        this.available = new HashMap<>(available);
        reservations.forEach(reservation -> before.put(reservation.orderId(), reservation));
        after.putAll(before);
    }

    /** @throws IllegalArgumentException if the command names no line, or a SKU twice */
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
            throw new IllegalArgumentException("order " + command.orderId() + " must name each SKU once, and at least"
                    + " one: " + lines);
        }
        return lines;
    }

    private CheckoutReply reserve(OrderId order, List<OrderLine> lines) {
        return switch (after.computeIfAbsent(order, _ -> allocate(order, lines))) {
            case Reserved _ -> new StockReserved(order);
            case Rejected(_, _, Shortage(Sku sku, int requested, int there)) ->
                new StockRejected(order, sku, requested, there);
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

    /** The quantity that moves from available to reserved, per SKU; negative if more is returned. */
    public SortedMap<Sku, Integer> taken() {
        var moved = new TreeMap<>(taken);
        moved.values().removeIf(quantity -> quantity == 0);
        return moved;
    }

    /** New reservations, by order. */
    public List<Reservation> made() {
        return after.values().stream().filter(reservation -> !before.containsKey(reservation.orderId())).toList();
    }

    /** Existing reservations that were released, by order. */
    public List<Reservation> released() {
        return after.values().stream().filter(reservation -> before.get(reservation.orderId()) instanceof Reserved)
                .filter(Released.class::isInstance).toList();
    }
}
