package dev.faultline.local.proof;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;

import dev.faultline.local.client.AnsweredException;
import dev.faultline.local.client.Money;
import dev.faultline.local.client.Order;
import dev.faultline.local.client.PlaceOrder;
import dev.faultline.local.client.Platform;
import dev.faultline.local.parts.RefusedException;
import dev.faultline.local.proof.history.Told;
import dev.faultline.local.proof.reading.ClientJournal;

/**
 * A client as it should be: gives each wish a key, writes it down before it is sent, and repeats it under the same key
 * when the answer was lost or promised nothing, later and later, and no sooner than it was asked to. One in four, once
 * the wish is accepted, repeats it to wait for its end; what becomes of the others the databases tell, and asking would
 * be half of the load.
 */
final class Shopper {
    private static final List<String> SKUS = IntStream.rangeClosed(1, 8).mapToObj("PROVE-%02d"::formatted).toList();
    private static final String SCARCE = "PROVE-SCARCE";
    private static final Duration PATIENCE = Duration.ofSeconds(40);
    private static final Duration END = Duration.ofSeconds(10);
    private static final int WAITING_ONE_IN = 4;
    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(250);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(8);

    private final Platform platform;
    private final ClientJournal journal;
    private final Recording recording;
    private final String run;

    Shopper(Platform platform, ClientJournal journal, Recording recording, String run) {
        this.platform = platform;
        this.journal = journal;
        this.recording = recording;
        this.run = run;
    }

    /** Enough of all but one thing, so that some orders are refused their stock. */
    void stock(long orders) {
        for (String sku : SKUS) {
            putStock(sku, (int) Math.max(1, orders));
        }
        putStock(SCARCE, (int) Math.max(1, orders / 40));
    }

    private void putStock(String sku, int quantity) {
        platform.putProduct(sku, "Something to order while things break", new Money(1_250, "EUR"));
        platform.receiveStock(sku, run, quantity);
    }

    /** One order in ten is paid by a card that is declined, one in fifteen wants what is scarce, one in three two things. */
    PlaceOrder wish(long number) {
        String first = number % 15 == 7 ? SCARCE : SKUS.get((int) (number % SKUS.size()));
        String second = SKUS.get((int) ((number + 3) % SKUS.size()));
        var lines = number % 3 == 0 && !first.equals(second)
                ? List.of(new Order.Line(first, 1), new Order.Line(second, 1))
                : List.of(new Order.Line(first, 1));
        return new PlaceOrder(run + "-" + number % 500, number % 10 == 4 ? "card-declined" : "card-visa", lines);
    }

    /** @param due on {@link System#nanoTime()}, when the wish was to be sent */
    void shop(long number, long due) {
        PlaceOrder wish = wish(number);
        String key = run + "-" + number;
        journal.write(Told.nothing(wish.customer(), key));
        try {
            Order order = ask(wish, key, due, Duration.ZERO);
            recording.accepted();
            if (number % WAITING_ONE_IN == 0) {
                awaitEnd(order, wish, key, due);
            }
        } catch (RefusedException lastTold) {
            if (lastTold instanceof AnsweredException answered && answered.isBusy()) {
                recording.turnedAway();
            } else {
                recording.gaveUp(String.valueOf(lastTold.getMessage()));
            }
        }
    }

    private void awaitEnd(Order accepted, PlaceOrder wish, String key, long due) {
        try {
            Order order = accepted.isSettled() ? accepted : ask(wish, key, due, END);
            if (order.isSettled()) {
                recording.settled(due, order.status());
            }
        } catch (RefusedException _) {
            // The wish is accepted; its end is not this client's to see.
        }
    }

    /** @throws RefusedException what was told last, if the wish was refused for good, or for as long as patience lasts */
    private Order ask(PlaceOrder wish, String key, long due, Duration wait) {
        for (Duration pause = SHORTEST_PAUSE;; pause = longer(pause)) {
            Duration asked = Duration.ZERO;
            try {
                Order order = platform.place(wish, key, wait);
                journal.write(new Told(wish.customer(), key, order.id(), order.status()));
                return order;
            } catch (RefusedException e) {
                // If the answer was lost, whether the order was taken is not known: the same key makes asking again safe.
                if (e instanceof AnsweredException answered) {
                    requireRepeatable(answered);
                    asked = answered.retryAfter().orElse(asked);
                }
                if (System.nanoTime() - due > PATIENCE.toNanos()) {
                    throw e;
                }
            }
            recording.repeated();
            // Not all at once, or they come back as the wave that they were.
            long some = ThreadLocalRandom.current().nextLong(pause.toMillis() + 1);
            pause(Math.max(asked.toMillis(), pause.toMillis() / 2) + some);
        }
    }

    private static void requireRepeatable(AnsweredException answered) {
        if (!answered.mayBeRepeated()) {
            throw answered;
        }
    }

    private static Duration longer(Duration pause) {
        return pause.compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : pause;
    }

    private static void pause(long ms) {
        try {
            Thread.sleep(ms);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RefusedException("Interrupted.", e);
        }
    }
}
