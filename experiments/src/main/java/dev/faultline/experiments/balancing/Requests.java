package dev.faultline.experiments.balancing;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import dev.faultline.backing.FaultlineException;
import dev.faultline.backing.Polling;
import dev.faultline.verification.load.OpenLoop;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/** Reads through the gateway, of many products. */
final class Requests {
    private static final int PRODUCTS = 500;
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final long LONG_US = TimeUnit.SECONDS.toMicros(1);
    private static final long LONGEST_US = TimeUnit.MINUTES.toMicros(1);

    private final URI gateway;
    private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    Requests(URI gateway) {
        this.gateway = gateway;
    }

    /**
     * What the clients saw.
     *
     * @param errors   requests without an answer of an instance
     * @param waited   requests that took more than a second, errors too
     * @param latency  of all, from when they were due, in microseconds
     */
    record Seen(int count, int errors, int waited, Histogram latency) {}

    /** At a fixed rate (open loop); returns when all have ended. */
    Seen send(int perSecond, Duration length) {
        int count = Math.toIntExact(perSecond * length.toMillis() / 1_000);
        var errors = new AtomicInteger();
        var waited = new AtomicInteger();
        var latency = new ConcurrentHistogram(LONGEST_US, 3);
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            OpenLoop.forEach(perSecond, count, (number, due) -> executor.execute(() -> {
                if (!isAnswered(number)) {
                    errors.incrementAndGet();
                }
                long micros = Math.min(LONGEST_US, (System.nanoTime() - due) / 1_000);
                waited.addAndGet(micros > LONG_US ? 1 : 0);
                latency.recordValue(micros);
            }));
        }
        return new Seen(count, errors.get(), waited.get(), latency);
    }

    /**
     * As fast as they can: the gateway's code is compiled, and its budget of retries filled that an earlier run has used up.
     *
     * @throws FaultlineException if an answer fails after the circuits, which may be open, had time to close
     */
    void settle(int count) {
        if (!Polling.until(TIMEOUT, () -> isAnswered(0))) {
            throw new FaultlineException("The gateway at " + gateway + " does not recover.");
        }
        var left = new AtomicInteger(count);
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int client = 0; client < Runtime.getRuntime().availableProcessors() * 4; client++) {
                executor.execute(() -> {
                    for (int number = left.decrementAndGet(); number >= 0; number = left.decrementAndGet()) {
                        isAnswered(number);
                    }
                });
            }
        }
    }

    private boolean isAnswered(long number) {
        var request = HttpRequest.newBuilder(gateway.resolve("/api/stock/SKU-" + number % PRODUCTS)).timeout(TIMEOUT)
                .build();
        try {
            return http.send(request, BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FaultlineException("Interrupted.", e);
        }
    }
}
