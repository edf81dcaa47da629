package dev.faultline.inventory.stock;

import dev.faultline.contracts.Sku;

/** A receipt would exceed the limit of a SKU's stock. */
public class StockLimitExceededException extends RuntimeException {

    StockLimitExceededException(Sku sku, int room) {
        super("there is room for " + room + " more of " + sku + ", up to " + StockLevel.LIMIT + " in all");
    }
}
