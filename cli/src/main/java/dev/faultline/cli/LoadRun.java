package dev.faultline.cli;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;

import dev.faultline.verification.client.Money;
import dev.faultline.verification.client.Order;
import dev.faultline.verification.client.OrderRequest;
import dev.faultline.verification.client.PlatformClient;
import dev.faultline.verification.load.LoadGenerator;

/** {@code ./faultline load}: warm-up, measurement and results. */
final class LoadRun {
    private static final int CUSTOMERS = 10_000;
    private static final List<String> SKUS = IntStream.rangeClosed(1, 16).mapToObj("LOAD-%02d"::formatted).toList();

    private final PlatformClient platform;
    private final Terminal terminal;
    private final String run = "load-" + UUID.randomUUID();

    LoadRun(PlatformClient platform, Terminal terminal) {
        this.platform = platform;
        this.terminal = terminal;
    }

    /** @return whether every order completed */
    boolean run(int perSecond, Duration warmUp, Duration length) {
        stock(perSecond * (int) warmUp.plus(length).toSeconds());
        if (!warmUp.isZero()) {
            generator("-warm-up").run(perSecond, warmUp, progress -> terminal.report("warm-up", progress));
        }
        LoadGenerator.Result result = generator("").run(perSecond, length, line -> terminal.report("load", line));
        print(result);
        return result.isComplete();
    }

    private void stock(int quantity) {
        for (String sku : SKUS) {
            platform.putProduct(sku, "Load test", new Money(100, "EUR"));
            platform.receiveStock(sku, run, quantity);
        }
    }

    private LoadGenerator generator(String phase) {
        return new LoadGenerator(platform, run + phase, number -> new OrderRequest("customer-" + number * 7_919
                % CUSTOMERS, "card-visa", List.of(new Order.Line(SKUS.get((int) (number % SKUS.size())), 1))));
    }

    private void print(LoadGenerator.Result result) {
        terminal.line("");
        terminal.line("%d orders in %.1f s".formatted(result.sent(), result.took().toMillis() / 1e3));
        result.statuses().forEach((status, count) -> terminal.line("  %-10s %d".formatted(status, count)));
        result.errors().forEach((error, count) -> terminal.line("  %-10s %d  %s".formatted("failed", count, error)));
        terminal.line("latency from due to completed: p50 %.0f ms, p90 %.0f ms, p99 %.0f ms, p99.9 %.0f ms, max %.0f ms"
                .formatted(result.milliseconds(50), result.milliseconds(90), result.milliseconds(99),
                        result.milliseconds(99.9), result.milliseconds(100)));
    }
}
