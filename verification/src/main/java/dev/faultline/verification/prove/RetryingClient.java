package dev.faultline.verification.prove;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;

import dev.faultline.backing.FaultlineException;
import dev.faultline.backing.Polling;
import dev.faultline.verification.client.ErrorResponseException;
import dev.faultline.verification.client.Money;
import dev.faultline.verification.client.Order;
import dev.faultline.verification.client.OrderRequest;
import dev.faultline.verification.client.PlatformClient;
import dev.faultline.verification.history.ClientEntry;
import dev.faultline.verification.reading.ClientJournal;

/**
 * A well-behaved client: it sends each order with an idempotency key, journals the request before sending it, and retries
 * with the same key, with backoff and jitter, no sooner than {@code Retry-After} allows. For one order in four it waits
 * for the outcome. The outcomes of the others are in the databases; waiting for all would double the load.
 */
final class RetryingClient {
    private static final List<String> SKUS = IntStream.rangeClosed(1, 8).mapToObj("PROVE-%02d"::formatted).toList();
    private static final String SCARCE = "PROVE-SCARCE";
    private static final Duration OUTCOME_WAIT = Duration.ofSeconds(10);
    private static final int WAITING_ONE_IN = 4;
    private static final Duration FIRST_BACKOFF = Duration.ofMillis(250);
    private static final Duration LONGEST_BACKOFF = Duration.ofSeconds(8);

    private final PlatformClient platform;
    private final ClientJournal journal;
    private final ClientRecorder recorder;
    private final String run;
    private final Duration patience;

    /** @param patience for how long it repeats a request before it gives up */
    RetryingClient(PlatformClient platform, ClientJournal journal, ClientRecorder recorder, String run,
            Duration patience) {
        this.platform = platform;
        this.journal = journal;
        this.recorder = recorder;
        this.run = run;
        this.patience = patience;
    }

    /** Adds enough stock of every product but one, so that some orders are rejected as out of stock. */
    void stock(long orders) {
        for (String sku : SKUS) {
            putStock(sku, (int) Math.max(1, orders));
        }
        putStock(SCARCE, (int) Math.max(1, orders / 40));
    }

    private void putStock(String sku, int quantity) {
        platform.putProduct(sku, "Something to order while faults are injected", new Money(1_250, "EUR"));
        platform.receiveStock(sku, run, quantity);
    }

    /** One order in ten is paid by a declined card, one in fifteen is for the scarce product, one in three has two lines. */
    OrderRequest request(long number) {
        String first = number % 15 == 7 ? SCARCE : SKUS.get((int) (number % SKUS.size()));
        String second = SKUS.get((int) ((number + 3) % SKUS.size()));
        var lines = number % 3 == 0 && !first.equals(second)
                ? List.of(new Order.Line(first, 1), new Order.Line(second, 1))
                : List.of(new Order.Line(first, 1));
        return new OrderRequest(run + "-" + number % 500, number % 10 == 4 ? "card-declined" : "card-visa", lines);
    }

    /** @param due when the request was due, by {@link System#nanoTime()} */
    void order(long number, long due) {
        OrderRequest request = request(number);
        String key = run + "-" + number;
        journal.write(ClientEntry.sent(request.customer(), key));
        try {
            Order order = placeWithRetries(request, key, due, number % WAITING_ONE_IN == 0 ? OUTCOME_WAIT
                    : Duration.ZERO);
            recorder.accepted();
            if (order.isComplete()) {
                recorder.completed(due, order.status());
            }
        } catch (FaultlineException lastError) {
            if (lastError instanceof ErrorResponseException response && response.isBusy()) {
                recorder.shed();
            } else {
                recorder.gaveUp(String.valueOf(lastError.getMessage()));
            }
        } catch (RuntimeException unexpected) {
            recorder.gaveUp(unexpected.toString());
        }
    }

    /** @throws FaultlineException the last error, if it is not retryable or the client gives up */
    private Order placeWithRetries(OrderRequest request, String key, long due, Duration wait) {
        for (Duration backoff = FIRST_BACKOFF;; backoff = longer(backoff)) {
            Duration retryAfter = Duration.ZERO;
            try {
                Order order = platform.place(request, key, wait);
                journal.write(new ClientEntry(request.customer(), key, order.id(), order.status()));
                return order;
            } catch (FaultlineException e) {
                // Without a response the order may or may not be accepted; the key makes the retry safe.
                if (e instanceof ErrorResponseException response) {
                    requireRetryable(response);
                    retryAfter = response.retryAfter().orElse(retryAfter);
                }
                if (System.nanoTime() - due > patience.toNanos()) {
                    throw e;
                }
            }
            recorder.retried();
            // Jitter spreads the retries of rejected clients.
            long jitter = ThreadLocalRandom.current().nextLong(backoff.toMillis() + 1);
            Polling.sleep(Duration.ofMillis(Math.max(retryAfter.toMillis(), backoff.toMillis() / 2) + jitter));
        }
    }

    private static void requireRetryable(ErrorResponseException response) {
        if (!response.isRetryable()) {
            throw response;
        }
    }

    private static Duration longer(Duration backoff) {
        return backoff.compareTo(LONGEST_BACKOFF) < 0 ? backoff.multipliedBy(2) : backoff;
    }
}
