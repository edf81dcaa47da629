package dev.faultline.experiments.lab;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicReference;

import dev.faultline.backing.FaultlineException;
import dev.faultline.backing.Polling;
import dev.faultline.verification.load.OpenLoop;
import org.jspecify.annotations.Nullable;

/** Requests at a fixed rate (open loop) in the background, and what became of each. */
public final class Traffic {
    private final long began = System.nanoTime();
    private final FutureTask<List<Request>> task;
    private volatile boolean isStopped;

    private Traffic(int perSecond, Duration length, Call call) {
        this.task = new FutureTask<>(() -> send(perSecond, length, call));
        Thread.ofPlatform().daemon().name("traffic").start(task);
    }

    /** A request; blocks until it is answered. */
    @FunctionalInterface
    public interface Call {
        /** @throws FaultlineException if it is not answered as it should be */
        void send(long number);
    }

    /**
     * A request that has ended.
     *
     * @param dueMs  since the traffic began
     * @param tookMs since it was due
     * @param error  null if it was answered as it should be
     */
    public record Request(double dueMs, double tookMs, @Nullable String error) {
        public boolean hasFailed() {
            return error != null;
        }
    }

    public static Traffic start(int perSecond, Duration length, Call call) {
        return new Traffic(perSecond, length, call);
    }

    public static long failed(List<Request> requests) {
        return requests.stream().filter(Request::hasFailed).count();
    }

    /** Of the milliseconds that requests took, whether they failed or not; there must be one. */
    public static double percentile(List<Request> requests, int percent) {
        double[] sorted = requests.stream().mapToDouble(Request::tookMs).sorted().toArray();
        return sorted[Math.min(sorted.length - 1, sorted.length * percent / 100)];
    }

    /** Milliseconds since the traffic began. */
    public double now() {
        return (System.nanoTime() - began) / 1e6;
    }

    /** @param second since the traffic began */
    public void sleepUntil(int second) {
        Polling.sleep(Duration.ofMillis(Math.max(0, (long) (second * 1_000 - now()))));
    }

    /** Sends no further request. */
    public void stop() {
        isStopped = true;
    }

    /**
     * Waits until the last request has ended.
     *
     * @throws IllegalStateException if a request failed with something else than a {@link FaultlineException}
     */
    public List<Request> await() {
        try {
            return task.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FaultlineException("Interrupted.", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }

    private List<Request> send(int perSecond, Duration length, Call call) {
        var ended = new ConcurrentLinkedQueue<Request>();
        var defect = new AtomicReference<Throwable>();
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            long count = perSecond * length.toMillis() / 1_000;
            OpenLoop.forEach(perSecond, number -> number < count && !isStopped, (number, due) -> executor.execute(
                    () -> {
                        String error = null;
                        try {
                            call.send(number);
                        } catch (FaultlineException e) {
                            error = String.valueOf(e.getMessage());
                        } catch (RuntimeException | Error e) {
                            defect.compareAndSet(null, e);
                        }
                        ended.add(new Request((due - began) / 1e6, (System.nanoTime() - due) / 1e6, error));
                    }));
        }
        if (defect.get() != null) {
            throw new IllegalStateException(defect.get());
        }
        return new ArrayList<>(ended);
    }
}
