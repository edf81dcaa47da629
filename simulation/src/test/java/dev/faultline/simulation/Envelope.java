package dev.faultline.simulation;

import dev.faultline.contracts.CheckoutReply;
import dev.faultline.contracts.InventoryCommand;
import dev.faultline.contracts.Message;
import dev.faultline.contracts.PaymentCommand;

/** A message with its id, which is the same for every delivery. */
record Envelope(long id, Message payload) {

    String topic() {
        return switch (payload) {
            case InventoryCommand _ -> InventoryCommand.TOPIC;
            case PaymentCommand _ -> PaymentCommand.TOPIC;
            case CheckoutReply _ -> CheckoutReply.TOPIC;
        };
    }

    @Override
    public String toString() {
        return payload.getClass().getSimpleName() + " #" + id + " of " + Orders.nameOf(payload.orderId());
    }
}
