package dev.faultline.messaging;

import java.util.List;

/**
 * Processes the messages of one topic.
 *
 * <p>
 * Delivery is at least once, in order per key. Each of the container's threads calls the handler with messages of its
 * own partitions. The handler manages its own transactions. It recognizes a duplicate by what it has stored under a key
 * of the message's subject, not by the message's id: a sender that repeats itself sends a new message. When the handler
 * returns, the batch's offsets are committed. When it throws, the batch must have had no effect, or be safe to retry.
 *
 * <p>
 * The exception determines the error handling. A transient failure (database or broker unreachable, lock timeout,
 * deadlock, {@link RetryLaterException}) causes the same messages to be redelivered, with exponential back-off,
 * indefinitely. Any other exception is attributed to a message: the messages are delivered one at a time to find it,
 * and after a limited number of attempts it becomes a dead letter. Later messages with its key are then delivered, so a
 * handler must tolerate gaps, but never reordering.
 *
 * <p>
 * A polled batch must be processed within {@code faultline.messaging.consumers.max-poll-interval}, even if its messages
 * are delivered one at a time. Otherwise its partitions are reassigned, and another instance may process the same
 * messages concurrently.
 */
@FunctionalInterface
public interface MessageHandler<M> {

    /** @param batch at least one message and at most {@code faultline.messaging.consumers.max-poll-records} */
    void handle(List<ReceivedMessage<M>> batch);
}
