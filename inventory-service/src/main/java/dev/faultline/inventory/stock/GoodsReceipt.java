package dev.faultline.inventory.stock;

import dev.faultline.contracts.Sku;

/** Received stock of one SKU. A delivery of several SKUs is several receipts with one id. */
public record GoodsReceipt(ReceiptId id, Sku sku, int quantity) {
    /** The largest quantity of one receipt. */
    public static final int LIMIT = 1_000_000;

    /** @throws IllegalArgumentException if the quantity is not from 1 to {@link #LIMIT} */
    public GoodsReceipt {
        if (quantity < 1 || quantity > LIMIT) {
            throw new IllegalArgumentException("a receipt is of 1 to " + LIMIT + " goods, not " + quantity);
        }
    }
}
