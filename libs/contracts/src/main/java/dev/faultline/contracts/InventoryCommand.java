package dev.faultline.contracts;

import java.util.List;

/** What a checkout asks of inventory-service. */
public sealed interface InventoryCommand extends Message {
    String TOPIC = "inventory.commands";

    /** The order's lines; both commands name them, so that their shards are known without a directory. */
    List<OrderLine> lines();

    /** Answered by {@link CheckoutReply.StockReserved} for all lines, or {@link CheckoutReply.StockRejected} for none. */
    record ReserveStock(OrderId orderId, List<OrderLine> lines) implements InventoryCommand {
        public ReserveStock {
            lines = List.copyOf(lines);
        }
    }

    /**
     * Gives back what the order holds and bars any later reservation for it. Answered by
     * {@link CheckoutReply.StockReleased}, also when nothing was reserved.
     */
    record ReleaseStock(OrderId orderId, List<OrderLine> lines) implements InventoryCommand {
        public ReleaseStock {
            lines = List.copyOf(lines);
        }
    }
}
