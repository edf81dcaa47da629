package dev.faultline.messaging;

import java.util.List;

/**
 * What a service does with messages.
 *
 * <p>
 * Called by one thread per container with messages in the order of their partitions, so in order per key. Effects are
 * made in the handler's own transactions. Returning means that all messages are done for good; throwing means that
 * nothing of the batch has happened, or that repeating it is safe. Any message may come again, alone or among others:
 * {@link Inbox} tells which are new.
 *
 * <p>
 * What is thrown decides what comes next. If the trouble is not the messages' own (database or broker unreachable, lock
 * timeout, deadlock, {@link RetryLaterException}), the same messages come again, after a growing pause, for as long as it
 * lasts. Anything else is taken for a message's fault: each is then given alone, to find the one that fails; that one is
 * tried again a few times and set aside as a dead letter, and the rest goes on. So after a message was set aside, later
 * ones of its key do arrive: a handler must bear a gap, but not a change of order.
 *
 * <p>
 * All that was polled must be handled, if need be one by one, within
 * {@code faultline.messaging.consumers.max-poll-interval}; whoever takes longer loses the partitions, and the messages are
 * given to another instance while this one may still be at work.
 */
@FunctionalInterface
public interface MessageHandler<M> {

    /** @param batch not empty, bounded by {@code faultline.messaging.consumers.max-poll-records} */
    void handle(List<ReceivedMessage<M>> batch);
}
