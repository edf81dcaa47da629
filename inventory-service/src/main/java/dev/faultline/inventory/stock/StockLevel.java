package dev.faultline.inventory.stock;

import dev.faultline.contracts.Sku;

/**
 * How much there is of a SKU. What was received, in all, is {@code available + reserved}.
 *
 * @param available can still be reserved
 * @param reserved is set aside for orders
 */
public record StockLevel(Sku sku, int available, int reserved) {
    /** The most of one SKU that is ever received. */
    public static final int LIMIT = 1_000_000_000;

    /** @throws StockLimitExceededException if it would be more than {@link #LIMIT} in all */
    public StockLevel plus(int quantity) {
        int room = LIMIT - reserved - available;
        if (quantity > room) {
            throw new StockLimitExceededException(sku, room);
        }
        return new StockLevel(sku, available + quantity, reserved);
    }
}
