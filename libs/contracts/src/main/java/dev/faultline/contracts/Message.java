package dev.faultline.contracts;

/**
 * A message between services over Kafka. Delivered at least once, in order per order id; every receiver is idempotent.
 * A record's simple name is its type on the wire, so renaming a record breaks running systems.
 */
public sealed interface Message permits InventoryCommand, PaymentCommand, CheckoutReply {

    /** The order that the message belongs to; the key of the Kafka record. */
    OrderId orderId();
}
