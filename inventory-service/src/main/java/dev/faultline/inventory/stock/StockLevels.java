package dev.faultline.inventory.stock;

import java.util.Optional;

import dev.faultline.contracts.Sku;

/** All stock. Thread-safe; calls block. */
public interface StockLevels {

    /** The committed level; empty for a SKU that was never received. */
    Optional<StockLevel> of(Sku sku);

    /**
     * Adds a receipt to the available stock; a repeated receipt changes nothing.
     *
     * @return the level afterwards
     * @throws ReceiptConflictException if this SKU has a receipt with this id and another quantity
     * @throws StockLimitExceededException if the total would exceed {@link StockLevel#LIMIT}
     */
    StockLevel receive(GoodsReceipt receipt);
}
