package dev.faultline.inventory;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import dev.faultline.contracts.InventoryCommand.ReleaseStock;
import dev.faultline.contracts.InventoryCommand.ReserveStock;
import dev.faultline.contracts.OrderId;
import dev.faultline.contracts.OrderLine;
import dev.faultline.contracts.Sku;

/** Factory methods for commands in tests. */
public final class Commands {
    private static final AtomicInteger orders = new AtomicInteger();

    private Commands() {}

    /** An order id that no other test uses. */
    public static OrderId newOrder() {
        return order(orders.incrementAndGet());
    }

    public static OrderId order(int number) {
        return new OrderId("7K-%020d".formatted(number));
    }

    /** @param line like {@code "TEA 2"} */
    public static OrderLine line(String line) {
        String[] parts = line.split(" ", -1);
        return new OrderLine(new Sku(parts[0]), Integer.parseInt(parts[1]));
    }

    public static List<OrderLine> lines(String... lines) {
        return Arrays.stream(lines).map(Commands::line).toList();
    }

    public static ReserveStock reserve(OrderId order, String... lines) {
        return new ReserveStock(order, lines(lines));
    }

    public static ReleaseStock release(OrderId order, String... lines) {
        return new ReleaseStock(order, lines(lines));
    }
}
