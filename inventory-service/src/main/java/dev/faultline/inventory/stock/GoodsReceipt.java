package dev.faultline.inventory.stock;

import dev.faultline.contracts.Sku;

/** A receipt of one SKU. A delivery of several SKUs consists of several receipts with the same id. */
public record GoodsReceipt(ReceiptId id, Sku sku, int quantity) {
    /** The maximum quantity of a receipt. */
    public static final int LIMIT = 1_000_000;

    /** @throws IllegalArgumentException if the quantity is not from 1 to {@link #LIMIT} */
    public GoodsReceipt {
        if (quantity < 1 || quantity > LIMIT) {
            throw new IllegalArgumentException("the quantity of a receipt must be from 1 to " + LIMIT + ": "
                    + quantity);
        }
    }
}
