package dev.faultline.messaging;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;

import org.jspecify.annotations.Nullable;

/**
 * Tracks the transactions read from the log whose messages Kafka has not all acknowledged. A log position is confirmed
 * once every message up to it is acknowledged.
 *
 * <p>
 * Thread-safe: one thread reads the log, others deliver acknowledgements in any order.
 */
final class InFlightTransactions {
    private final int limit;
    private final LongConsumer confirm;
    /** Completely read transactions in commit order, starting with the first unacknowledged one. */
    private final Deque<Transaction> read = new ArrayDeque<>();
    private Transaction reading = new Transaction();
    private int messages;
    private @Nullable Exception failure;

    /** @param confirm receives each new confirmed position, in increasing order */
    InFlightTransactions(int limit, LongConsumer confirm) {
        this.limit = limit;
        this.confirm = confirm;
    }

    /** One transaction of the log. */
    static final class Transaction {
        private int messages;
        private long end;
    }

    /** Registers a message of the current transaction before it is sent. */
    synchronized Transaction sent() {
        messages++;
        reading.messages++;
        return reading;
    }

    /** The current transaction ends at this position. */
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

    /** A message could not be sent; nothing is confirmed from now on. */
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

    /** Blocks until another message may be sent, until a failure or the timeout; returns whether it may. */
    synchronized boolean awaitCapacity(Duration timeout) throws InterruptedException {
        // Acknowledged transactions behind an unacknowledged one use memory too.
        return await(timeout, () -> messages < limit && read.size() < limit);
    }

    /** Blocks until every message is acknowledged, until a failure or the timeout; returns whether all are. */
    synchronized boolean awaitAcknowledgements(Duration timeout) throws InterruptedException {
        return await(timeout, () -> messages == 0);
    }

    private boolean await(Duration timeout, BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
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
