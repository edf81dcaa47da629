package dev.faultline.messaging;

import java.time.Instant;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

/**
 * A message as it arrived. It may arrive again, with the same id.
 *
 * @param id given by {@link Outbox#append}, the same in every repetition
 * @param traceparent the span in which this message is handled, to be handed on to what it causes; null if the sender was
 *        not traced and this receiver is not either
 * @param timestamp when the relay handed the message to Kafka
 */
public record ReceivedMessage<M>(UUID id, M payload, @Nullable String traceparent, String topic, int partition,
        long offset, Instant timestamp) {

    /** A message that was caused by this one: it continues this one's trace. */
    public OutgoingMessage reply(String topic, String key, Object payload) {
        return new OutgoingMessage(topic, key, payload, traceparent);
    }
}
