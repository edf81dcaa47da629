package dev.faultline.acquirer.charging.web;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;

/** Delays responses, at most until the process stops. */
public class StalledRequests {
    private final Duration holdFor;
    private final Semaphore permits;
    private final CountDownLatch closing = new CountDownLatch(1);

    /**
     * @param holdFor longer than any client's timeout
     * @param maxHeld the maximum number of stalled requests; further ones are not delayed
     */
    public StalledRequests(Duration holdFor, int maxHeld) {
        this.holdFor = holdFor;
        this.permits = new Semaphore(maxHeld);
    }

    /** Blocks until every client has timed out. */
    void stall() {
        if (permits.tryAcquire()) {
            try {
                delay(holdFor);
            } finally {
                permits.release();
            }
        }
    }

    void delay(Duration time) {
        try {
            boolean _ = closing.await(time.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @EventListener(ContextClosedEvent.class)
    void release() {
        closing.countDown();
    }
}
