package dev.faultline.inventory.stock;

import dev.faultline.contracts.Sku;

/** A receipt would exceed the limit of a SKU's stock. */
public class StockLimitExceededException extends RuntimeException {

    StockLimitExceededException(Sku sku, int remaining) {
        super("at most " + remaining + " more of " + sku + " can be received; the limit is " + StockLevel.LIMIT);
    }
}
