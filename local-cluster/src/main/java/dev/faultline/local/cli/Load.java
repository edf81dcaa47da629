package dev.faultline.local.cli;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;

import dev.faultline.local.client.Money;
import dev.faultline.local.client.OpenLoop;
import dev.faultline.local.client.Order;
import dev.faultline.local.client.PlaceOrder;
import dev.faultline.local.client.Platform;

/** Load from the outside, and what the platform made of it. */
final class Load {
    private static final int CUSTOMERS = 10_000;
    private static final List<String> SKUS = IntStream.rangeClosed(1, 16).mapToObj("LOAD-%02d"::formatted).toList();

    private final Platform platform;
    private final Terminal terminal;
    private final String run = "load-" + UUID.randomUUID();

    Load(Platform platform, Terminal terminal) {
        this.platform = platform;
        this.terminal = terminal;
    }

    /** @return whether every order came to an end, and none was refused */
    boolean run(int perSecond, Duration warmUp, Duration length) {
        stock(perSecond * (int) warmUp.plus(length).toSeconds());
        if (!warmUp.isZero()) {
            orders("-warm-up").run(perSecond, warmUp, progress -> terminal.report("warm-up", progress));
        }
        OpenLoop.Outcome outcome = orders("").run(perSecond, length, progress -> terminal.report("load", progress));
        print(outcome);
        return outcome.isFlawless();
    }

    private void stock(int quantity) {
        for (String sku : SKUS) {
            platform.putProduct(sku, "Something to order by the thousand", new Money(100, "EUR"));
            platform.receiveStock(sku, run, quantity);
        }
    }

    private OpenLoop orders(String part) {
        return OpenLoop.of(platform, run + part, number -> new PlaceOrder("customer-" + number * 7_919 % CUSTOMERS,
                "card-visa", List.of(new Order.Line(SKUS.get((int) (number % SKUS.size())), 1))));
    }

    private void print(OpenLoop.Outcome outcome) {
        terminal.line("");
        terminal.line("%d orders in %.1f s".formatted(outcome.sent(), outcome.took().toMillis() / 1e3));
        outcome.ends().forEach((end, count) -> terminal.line("  %-10s %d".formatted(end, count)));
        outcome.faults().forEach((fault, count) -> terminal.line("  %-10s %d  %s".formatted("no order", count, fault)));
        terminal.line("from due to settled: p50 %.0f ms, p90 %.0f ms, p99 %.0f ms, p99.9 %.0f ms, longest %.0f ms"
                .formatted(
                        outcome.milliseconds(50), outcome.milliseconds(90), outcome.milliseconds(99), outcome
                                .milliseconds(99.9),
                        outcome.milliseconds(100)));
    }
}
