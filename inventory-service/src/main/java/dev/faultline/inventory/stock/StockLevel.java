package dev.faultline.inventory.stock;

import dev.faultline.contracts.Sku;

/**
 * The stock of a SKU. The total received is {@code available + reserved}.
 *
 * @param available can still be reserved
 * @param reserved reserved for orders
 */
public record StockLevel(Sku sku, int available, int reserved) {
    /** The maximum total quantity of a SKU. */
    public static final int LIMIT = 1_000_000_000;

    /** @throws StockLimitExceededException if the total would exceed {@link #LIMIT} */
    public StockLevel plus(int quantity) {
        int remaining = LIMIT - reserved - available;
        if (quantity > remaining) {
            throw new StockLimitExceededException(sku, remaining);
        }
        return new StockLevel(sku, available + quantity, reserved);
    }
}
