package dev.faultline.inventory.stock;

import dev.faultline.contracts.Sku;

/** So many of a SKU came in. A receipt of several SKUs is several of these, with one id. */
public record GoodsReceipt(ReceiptId id, Sku sku, int quantity) {
    /** The most that comes in at once. */
    public static final int LIMIT = 1_000_000;

    /** @throws IllegalArgumentException outside of 1 to {@link #LIMIT} */
    public GoodsReceipt {
        if (quantity < 1 || quantity > LIMIT) {
            throw new IllegalArgumentException("a receipt is of 1 to " + LIMIT + " goods, not " + quantity);
        }
    }
}
