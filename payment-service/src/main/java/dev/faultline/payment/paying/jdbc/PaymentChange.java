package dev.faultline.payment.paying.jdbc;

import dev.faultline.contracts.OrderId;
import dev.faultline.payment.paying.Step;
import dev.faultline.sharding.Bucket;
import org.jspecify.annotations.Nullable;

/**
 * A step of a payment, to be stored if its row still has the version that the step was decided on.
 *
 * @param version 0 if there is no row yet
 */
record PaymentChange(Step step, int version, @Nullable String traceparent) {
    OrderId orderId() {
        return step.next().orderId();
    }

    Bucket bucket() {
        return Bucket.parse(orderId().bucketCode());
    }
}
