package dev.faultline.inventory.stock;

import java.util.Optional;

import dev.faultline.contracts.Sku;

/** All stock. Thread-safe; calls block. */
public interface StockLevels {

    /** As last committed; empty for a SKU that was never received. */
    Optional<StockLevel> of(Sku sku);

    /**
     * Adds the goods to what is available, once for each receipt: a repetition changes nothing.
     *
     * @return the level after it
     * @throws ReceiptConflictException if goods of this SKU came under this id, but not as many
     * @throws StockLimitExceededException if there would be more than {@link StockLevel#LIMIT}
     */
    StockLevel receive(GoodsReceipt receipt);
}
