package dev.faultline.messaging;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;

import org.jspecify.annotations.Nullable;

/**
 * The transactions that were read from the log and whose messages Kafka has not all acknowledged. The log may be confirmed
 * up to the end of the last transaction before which, itself included, every message is acknowledged.
 *
 * <p>
 * Thread-safe: one thread reads the log, another delivers the acknowledgements in any order.
 */
final class InFlightTransactions {
    private final int limit;
    private final LongConsumer confirm;
    /** Completely read transactions in commit order, from the first that is not acknowledged. */
    private final Deque<Transaction> read = new ArrayDeque<>();
    private Transaction reading = new Transaction();
    private int messages;
    private @Nullable Exception failure;

    /** @param confirm receives each new position; positions grow */
    InFlightTransactions(int limit, LongConsumer confirm) {
        this.limit = limit;
        this.confirm = confirm;
    }

    /** One transaction of the log. */
    static final class Transaction {
        private int messages;
        private long end;
    }

    /** Registers a message of the transaction that is being read, before it is sent. */
    synchronized Transaction sent() {
        messages++;
        reading.messages++;
        return reading;
    }

    /** The transaction that is being read has ended at this position. */
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

    /** Stops confirming: a message could not be sent. */
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

    /** Waits for room for a message, a failure or the timeout; returns whether there is room. */
    synchronized boolean awaitRoom(Duration time) throws InterruptedException {
        // Acknowledged transactions behind an unacknowledged one take up memory too.
        return await(time, () -> messages < limit && read.size() < limit);
    }

    /** Waits until every message is acknowledged, a failure or the timeout; returns whether every message is. */
    synchronized boolean awaitNone(Duration time) throws InterruptedException {
        return await(time, () -> messages == 0);
    }

    private boolean await(Duration time, BooleanSupplier condition) throws InterruptedException {
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
