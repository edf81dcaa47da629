package dev.faultline.contracts;

import java.util.List;

/** A command of a checkout to inventory-service. */
public sealed interface InventoryCommand extends Message {
    String TOPIC = "inventory.commands";

    /** The order's lines. Both commands carry them, because the SKUs determine the shards. */
    List<OrderLine> lines();

    /** Answered by {@link CheckoutReply.StockReserved} for all lines, or {@link CheckoutReply.StockRejected} for none. */
    record ReserveStock(OrderId orderId, List<OrderLine> lines) implements InventoryCommand {
        public ReserveStock {
            lines = List.copyOf(lines);
        }
    }

    /**
     * Releases the order's reservation, or prevents one that has not arrived yet. Answered by {@link
     * CheckoutReply.StockReleased}, even if nothing was reserved.
     */
    record ReleaseStock(OrderId orderId, List<OrderLine> lines) implements InventoryCommand {
        public ReleaseStock {
            lines = List.copyOf(lines);
        }
    }
}
