package dev.faultline.inventory.stock;

/** A receipt's id was used before for another quantity: one of the two is a mistake, and nobody here knows which. */
public class ReceiptConflictException extends RuntimeException {

    public ReceiptConflictException(GoodsReceipt receipt, int before) {
        super("Receipt " + receipt.id() + " brought " + before + " of " + receipt.sku() + ", not " + receipt.quantity()
                + ".");
    }
}
