package dev.faultline.acquirer.charging.web;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;

/** Delays responses for a bounded time, at most until the process stops. */
public class StalledRequests {
    private final Duration holdFor;
    private final Semaphore places;
    private final CountDownLatch closing = new CountDownLatch(1);

    /**
     * @param holdFor longer than any client's timeout
     * @param maxHeld how many requests are stalled at the same time; further ones are not
     */
    public StalledRequests(Duration holdFor, int maxHeld) {
        this.holdFor = holdFor;
        this.places = new Semaphore(maxHeld);
    }

    /** Returns when every client has timed out. */
    void hold() {
        if (places.tryAcquire()) {
            try {
                pause(holdFor);
            } finally {
                places.release();
            }
        }
    }

    void pause(Duration time) {
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
