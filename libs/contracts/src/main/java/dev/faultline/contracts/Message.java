package dev.faultline.contracts;

/**
 * What services tell each other over Kafka. Delivered at least once, in order per order id; every receiver is
 * idempotent. The record's simple name is its type on the wire, so renaming a record breaks running systems.
 */
public sealed interface Message permits InventoryCommand, PaymentCommand, CheckoutReply {

    /** The order this is about; the key of the Kafka record. */
    OrderId orderId();
}
