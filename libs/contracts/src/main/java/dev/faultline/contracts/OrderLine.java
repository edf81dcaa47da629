package dev.faultline.contracts;

/** A quantity of one SKU. An order has at most one line per SKU. */
public record OrderLine(Sku sku, int quantity) {
    /** @throws IllegalArgumentException if the quantity is not positive */
    public OrderLine {
        if (quantity <= 0) {
            throw new IllegalArgumentException("a quantity must be positive: " + quantity);
        }
    }
}
