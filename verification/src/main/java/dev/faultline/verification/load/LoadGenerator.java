package dev.faultline.verification.load;

import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.LongFunction;

import dev.faultline.backing.FaultlineException;
import dev.faultline.verification.client.ErrorResponseException;
import dev.faultline.verification.client.Order;
import dev.faultline.verification.client.OrderRequest;
import dev.faultline.verification.client.PlatformClient;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/**
 * An open-loop load generator. It measures the latency of an order from the time it was due, so that a stall counts against
 * every order that it delayed (no coordinated omission).
 *
 * @see <a href="https://doi.org/10.5555/1267680.1267698">Schroeder et al., Open Versus Closed: A Cautionary Tale, 2006</a>
 */
public final class LoadGenerator {
    private static final Duration WAIT = Duration.ofSeconds(10);
    private static final long LONGEST_US = TimeUnit.MINUTES.toMicros(2);
    /** As many as arrive in {@link #WAIT} at 800 a second; each takes some 20 KB. */
    static final int MOST_IN_FLIGHT = 8_000;
    static final String NOT_SENT = "Not sent: " + MOST_IN_FLIGHT + " requests were waiting for their responses.";

    private final LongFunction<Order> place;

    /** @param orders the order request of each number from 0; {@code run} makes their idempotency keys unique */
    public LoadGenerator(PlatformClient platform, String run, LongFunction<OrderRequest> orders) {
        this(number -> platform.place(orders.apply(number), run + "-" + number, WAIT));
    }

    LoadGenerator(LongFunction<Order> place) {
        this.place = place;
    }

    /**
     * @param sent         orders that were due
     * @param statuses     orders by status; PENDING ones did not complete within ten seconds
     * @param errors       failed requests by error, also the refused ones, and those not sent because too many were in
     *                     flight
     * @param microseconds from due to the response that reports completion
     * @param refusals     microseconds from due to the response, of the requests that the platform shed
     */
    public record Result(long sent, Map<String, Long> statuses, Map<String, Long> errors, Histogram microseconds,
            Histogram refusals, Duration took) {

        /** Whether every order completed and none was refused. */
        public boolean isComplete() {
            return errors.isEmpty() && !statuses.containsKey("PENDING");
        }

        /** The latency below which this percentage of the orders completed. */
        public double milliseconds(double percentile) {
            return microseconds.getValueAtPercentile(percentile) / 1_000.0;
        }

        /** The latency below which this percentage of the refused requests was refused. */
        public double refusalMilliseconds(double percentile) {
            return refusals.getValueAtPercentile(percentile) / 1_000.0;
        }
    }

    /**
     * Returns when every request has been answered. At most 8,000 are in flight; what is due beyond that is not sent, and
     * counts as failed, because a generator that runs out of memory measures nothing.
     *
     * @param everySecond receives a line of progress
     * @throws RuntimeException or Error: what a request failed with that is no {@link FaultlineException}
     */
    public Result run(int perSecond, Duration length, Consumer<String> everySecond) {
        var microseconds = new ConcurrentHistogram(LONGEST_US, 3);
        var refusals = new ConcurrentHistogram(LONGEST_US, 3);
        var statuses = new ConcurrentHashMap<String, Long>();
        var errors = new ConcurrentHashMap<String, Long>();
        var finished = new AtomicLong();
        var unexpected = new AtomicReference<Throwable>();
        var room = new Semaphore(MOST_IN_FLIGHT);
        long begin = System.nanoTime();
        long count = perSecond * length.toSeconds();
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            OpenLoop.forEach(perSecond, count, (number, due) -> {
                if (room.tryAcquire()) {
                    executor.execute(() -> {
                        try {
                            statuses.merge(place.apply(number).status(), 1L, Long::sum);
                            microseconds.recordValue(since(due));
                        } catch (FaultlineException e) {
                            if (e instanceof ErrorResponseException response && response.isBusy()) {
                                refusals.recordValue(since(due));
                            }
                            errors.merge(String.valueOf(e.getMessage()), 1L, Long::sum);
                        } catch (RuntimeException | Error e) {
                            unexpected.compareAndSet(null, e);
                        } finally {
                            room.release();
                            finished.incrementAndGet();
                        }
                    });
                } else {
                    errors.merge(NOT_SENT, 1L, Long::sum);
                    finished.incrementAndGet();
                }
                if ((number + 1) % perSecond == 0) {
                    everySecond.accept("%d sent, %d finished, %d failed".formatted(number + 1, finished.get(),
                            errors.values().stream().mapToLong(Long::longValue).sum()));
                }
            });
        }
        switch (unexpected.get()) {
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            case null, default -> {
            }
        }
        return new Result(count, new TreeMap<>(statuses), new TreeMap<>(errors), microseconds, refusals,
                Duration.ofNanos(System.nanoTime() - begin));
    }

    private static long since(long due) {
        return Math.min(LONGEST_US, (System.nanoTime() - due) / 1_000);
    }
}
