package dev.faultline.inventory.stock;

/** All stock. Thread-safe; calls block. */
public interface StockLevels {

    /**
     * Adds a receipt to the available stock; a repeated receipt changes nothing.
     *
     * @return the level afterwards
     * @throws ReceiptConflictException if this SKU has a receipt with this id and another quantity
     * @throws StockLimitExceededException if the total would exceed {@link StockLevel#LIMIT}
     */
    StockLevel receive(GoodsReceipt receipt);
}
