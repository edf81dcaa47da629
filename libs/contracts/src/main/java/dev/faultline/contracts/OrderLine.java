package dev.faultline.contracts;

/** So many of one SKU. An order has each SKU once. */
public record OrderLine(Sku sku, int quantity) {
    /** @throws IllegalArgumentException if the quantity is not positive */
    public OrderLine {
        if (quantity <= 0) {
            throw new IllegalArgumentException("a quantity must be positive: " + quantity);
        }
    }
}
