package dev.faultline.order.checkout.jdbc;

import java.util.List;

import dev.faultline.contracts.OrderId;
import dev.faultline.messaging.OutgoingMessage;
import dev.faultline.order.checkout.Checkout;
import dev.faultline.sharding.Bucket;

/**
 * A step of a checkout, to be stored if its row still has the version that the step was decided on.
 *
 * @param cause the type of the reply that caused it, or that none came
 * @param redrives how often the next state's command was sent again
 */
record Transition(int version, Checkout next, String cause, int redrives, List<OutgoingMessage> messages) {
    Transition {
        messages = List.copyOf(messages);
    }

    OrderId order() {
        return next.order().id();
    }

    Bucket bucket() {
        return Bucket.parse(order().bucketCode());
    }
}
