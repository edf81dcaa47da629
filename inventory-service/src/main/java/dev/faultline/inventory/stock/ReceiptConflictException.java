package dev.faultline.inventory.stock;

/** The receipt's id was used before with another quantity. */
public class ReceiptConflictException extends RuntimeException {

    public ReceiptConflictException(GoodsReceipt receipt, int before) {
        super("Receipt " + receipt.id() + " was for " + before + " of " + receipt.sku() + ", not " + receipt.quantity()
                + ".");
    }
}
