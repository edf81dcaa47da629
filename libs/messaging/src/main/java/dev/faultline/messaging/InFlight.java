package dev.faultline.messaging;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;

import org.jspecify.annotations.Nullable;

/**
 * What was read from the log and is not yet acknowledged by Kafka, and so how far the log may be confirmed: up to the end
 * of the last transaction of which, and of all before it, every message is acknowledged.
 *
 * <p>
 * Thread-safe: one thread reads the log, another brings the acknowledgements, in any order.
 */
final class InFlight {
    private final int limit;
    private final LongConsumer confirm;
    /** Read to their ends, in the order of their commits, from the first that is not acknowledged. */
    private final Deque<Transaction> read = new ArrayDeque<>();
    private Transaction reading = new Transaction();
    private int messages;
    private @Nullable Exception failure;

    /** @param confirm told of each new position, positions growing */
    InFlight(int limit, LongConsumer confirm) {
        this.limit = limit;
        this.confirm = confirm;
    }

    /** One transaction of the log. */
    static final class Transaction {
        private int messages;
        private long end;
    }

    /** One more message of the transaction that is being read. */
    synchronized Transaction sent() {
        messages++;
        reading.messages++;
        return reading;
    }

    /** The transaction was read to its end. */
    synchronized void committed(long end) {
        reading.end = end;
        read.add(reading);
        reading = new Transaction();
        confirmAcknowledged();
    }

    synchronized void acknowledged(Transaction transaction) {
        messages--;
        transaction.messages--;
        confirmAcknowledged();
    }

    /** Nothing is confirmed from here on. */
    synchronized void failed(Exception cause) {
        if (failure == null) {
            failure = cause;
        }
        notifyAll();
    }

    synchronized int messages() {
        return messages;
    }

    synchronized void throwIfFailed() throws Exception {
        if (failure != null) {
            throw failure;
        }
    }

    /** Waits until there is room for a message, a failure, or the time is over; whether there is room. */
    synchronized boolean awaitRoom(Duration time) throws InterruptedException {
        // Acknowledged ones behind one that is not take up memory too.
        return await(time, () -> messages < limit && read.size() < limit);
    }

    /** Waits until all that was read is confirmed, a failure, or the time is over. */
    synchronized boolean awaitNone(Duration time) throws InterruptedException {
        return await(time, () -> messages == 0);
    }

    private boolean await(Duration time, java.util.function.BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + time.toNanos();
        while (!condition.getAsBoolean() && failure == null) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        return condition.getAsBoolean();
    }

    private void confirmAcknowledged() {
        long end = 0;
        while (failure == null && !read.isEmpty() && read.getFirst().messages == 0) {
            end = read.removeFirst().end;
        }
        if (end != 0) {
            confirm.accept(end);
        }
        notifyAll();
    }
}
