package dev.faultline.simulation;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

import dev.faultline.contracts.CheckoutReply;
import dev.faultline.contracts.CheckoutReply.StockRejected;
import dev.faultline.contracts.CheckoutReply.StockReleased;
import dev.faultline.contracts.InventoryCommand;
import dev.faultline.contracts.InventoryCommand.ReleaseStock;
import dev.faultline.contracts.InventoryCommand.ReserveStock;
import dev.faultline.contracts.OrderId;
import dev.faultline.contracts.OrderLine;
import dev.faultline.contracts.Sku;
import dev.faultline.inventory.reservation.AllocatingStock;
import dev.faultline.inventory.reservation.Reservation;
import dev.faultline.inventory.reservation.Reservation.Rejected;
import dev.faultline.inventory.reservation.Reservation.Released;
import dev.faultline.inventory.reservation.Reservation.Reserved;
import org.jspecify.annotations.Nullable;

/** Runs the real {@link AllocatingStock} on maps instead of SQL tables. */
final class InventoryService {
    private final World world;
    private final Database database;
    private final Map<Sku, Integer> received = new TreeMap<>();
    private final Map<Sku, Integer> available = new TreeMap<>();
    private final Map<OrderId, Reservation> reservations = new TreeMap<>();

    InventoryService(World world, Database database) {
        this.world = world;
        this.database = database;
        Orders.SKUS.forEach(sku -> received.put(sku, 1 + world.below(6)));
        available.putAll(received);
    }

    void handle(List<Envelope> batch) {
        Node node = world.running().node;
        database.transact(transaction -> {
            List<InventoryCommand> commands = batch.stream().map(m -> (InventoryCommand) m.payload()).toList();
            if (world.has(Protection.STOCK_LOCK)) {
                transaction.lock(commands.stream().flatMap(command -> command.lines().stream()).map(OrderLine::sku)
                        .toList());
            }
            var allocation = new AllocatingStock(available, known(commands));
            node.at(Boundary.STATE_READ);
            for (Envelope message : batch) {
                var command = (InventoryCommand) message.payload();
                CheckoutReply reply = allocation.decide(command);
                world.trace(node.toString(), "answers %s with %s", message, reply.getClass().getSimpleName());
                count(command, reply);
                transaction.send(reply);
            }
            node.at(Boundary.DECIDED);
            checkConstraints(allocation);
            transaction.write(() -> write(allocation));
            return commands;
        });
    }

    /** The reservations of these commands' orders. */
    private Collection<Reservation> known(List<InventoryCommand> commands) {
        Set<OrderId> named = commands.stream()
                .filter(command -> world.has(Protection.RESERVATION_MEMORY) || command instanceof ReleaseStock)
                .map(InventoryCommand::orderId).collect(Collectors.toSet());
        return reservations.values().stream().filter(reservation -> named.contains(reservation.orderId())).toList();
    }

    private void checkConstraints(AllocatingStock allocation) {
        boolean negative = allocation.allocated().entrySet().stream()
                .anyMatch(taken -> available.getOrDefault(taken.getKey(), 0) < taken.getValue());
        if (negative && world.has(Protection.STOCK_CHECK)) {
            throw new Topic.RetryBatch("available stock must not be negative");
        }
        boolean twice = allocation.created().stream().anyMatch(made -> reservations.containsKey(made.orderId()));
        if (twice && world.has(Protection.RESERVATION_MEMORY)) {
            throw new Topic.RetryBatch("the order has a reservation already");
        }
    }

    private void write(AllocatingStock allocation) {
        allocation.allocated().forEach((sku, taken) -> available.merge(sku, -taken, Integer::sum));
        allocation.created().stream()
                .filter(made -> world.has(Protection.STOCK_TOMBSTONE) || !(made instanceof Released))
                .forEach(made -> reservations.put(made.orderId(), made));
        allocation.released().forEach(released -> reservations.put(released.orderId(), released));
    }

    private void count(InventoryCommand command, CheckoutReply reply) {
        if (isRepeated(command, reservations.get(command.orderId()))) {
            world.coverage.count(CoveragePoint.REPEATED_COMMAND_ANSWERED);
        }
        if (command instanceof ReserveStock && reply instanceof StockReleased) {
            world.coverage.count(CoveragePoint.STOCK_TOMBSTONE_USED);
        }
        if (reply instanceof StockRejected) {
            world.coverage.count(CoveragePoint.OUT_OF_STOCK);
        }
    }

    private static boolean isRepeated(InventoryCommand command, @Nullable Reservation decided) {
        return switch (command) {
            case ReserveStock _ -> decided instanceof Reserved || decided instanceof Rejected;
            case ReleaseStock _ -> decided instanceof Released;
        };
    }

    Map<Sku, Integer> received() {
        return received;
    }

    Map<Sku, Integer> available() {
        return available;
    }

    Map<OrderId, Reservation> reservations() {
        return reservations;
    }
}
