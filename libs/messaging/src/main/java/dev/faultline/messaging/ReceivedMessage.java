package dev.faultline.messaging;

import java.time.Instant;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

/**
 * A delivered message. Redeliveries have the same id.
 *
 * @param id assigned by {@link Outbox#append}
 * @param traceparent the span that processes this message, for propagation; null without tracing
 * @param timestamp when the relay sent the message to Kafka
 */
public record ReceivedMessage<M>(UUID id, M payload, @Nullable String traceparent, String topic, int partition,
        long offset, Instant timestamp) {

    /** A message that is caused by this one and continues its trace. */
    public OutgoingMessage reply(String topic, String key, Object payload) {
        return new OutgoingMessage(topic, key, payload, traceparent);
    }
}
