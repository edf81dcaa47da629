package dev.faultline.gateway.balancing;

import java.net.URI;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

import org.springframework.cloud.client.ServiceInstance;

/**
 * An instance of a service, with what this gateway has seen of it. Thread-safe, without locks. Times are those of
 * {@link System#nanoTime}.
 */
public final class Instance {
    /** The requests whose outcome counts, in bits. */
    private static final int WINDOW = 20;
    private static final long IN_WINDOW = (1L << WINDOW) - 1;

    private final String id;
    private final URI uri;
    private final long hash;
    private final long since;
    private volatile Metadata metadata;

    private final AtomicInteger inFlight = new AtomicInteger();
    private final LongAdder attempts = new LongAdder();
    private final LongAdder failures = new LongAdder();
    /** A bit for each request, the last one lowest; set if it failed. Before the first one there were only good ones. */
    private final AtomicLong history = new AtomicLong();
    private final AtomicInteger unanswered = new AtomicInteger();
    private final EjectionState ejection = new EjectionState();

    /** @param since when it began to get requests */
    Instance(ServiceInstance registered, long since) {
        this.id = idOf(registered);
        this.uri = registered.getUri();
        this.hash = ConsistentHash.mix(id.hashCode());
        this.since = since;
        this.metadata = Metadata.of(registered);
    }

    static String idOf(ServiceInstance registered) {
        String id = registered.getInstanceId();
        return id == null ? registered.getUri().toString() : id;
    }

    boolean is(ServiceInstance registered) {
        return id.equals(idOf(registered)) && uri.equals(registered.getUri());
    }

    /** Adopts weight and zone, which may change while it runs. */
    void adopt(ServiceInstance registered) {
        metadata = Metadata.of(registered);
    }

    public String id() {
        return id;
    }

    public URI uri() {
        return uri;
    }

    Metadata metadata() {
        return metadata;
    }

    /** @param zone empty for none, which no instance is in */
    boolean isIn(String zone) {
        return !zone.isEmpty() && zone.equals(metadata.zone());
    }

    long hash() {
        return hash;
    }

    int inFlight() {
        return inFlight.get();
    }

    /** The number of requests that were sent to it. */
    long attempts() {
        return attempts.sum();
    }

    /** How many of them had no answer, or an error. */
    long failures() {
        return failures.sum();
    }

    EjectionState ejection() {
        return ejection;
    }

    /** How long it has been getting requests without a break, in nanoseconds. */
    long inRotation(long now) {
        return Math.min(now - since, ejection.sinceEnd(now));
    }

    /** The share of errors in its last twenty requests. */
    double errorShare() {
        return (double) Long.bitCount(history.get() & IN_WINDOW) / WINDOW;
    }

    /** How many requests in a row had no answer. */
    int unanswered() {
        return unanswered.get();
    }

    void begin() {
        attempts.increment();
        inFlight.incrementAndGet();
    }

    void end() {
        inFlight.decrementAndGet();
    }

    void succeeded() {
        unanswered.set(0);
        history.updateAndGet(before -> before << 1);
    }

    void countFailure() {
        failures.increment();
    }

    /** @param answered whether there was an answer, with an error */
    void failed(boolean answered) {
        unanswered.updateAndGet(before -> answered ? 0 : before + 1);
        history.updateAndGet(before -> before << 1 | 1);
    }

    void forgetFailures() {
        unanswered.set(0);
        history.set(0);
    }
}
