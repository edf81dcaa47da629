package dev.faultline.inventory.stock;

import dev.faultline.contracts.Sku;

/** The goods do not fit into the house any more. */
public class StockLimitExceededException extends RuntimeException {

    StockLimitExceededException(Sku sku, int room) {
        super("there is room for " + room + " more of " + sku + ", up to " + StockLevel.LIMIT + " in all");
    }
}
