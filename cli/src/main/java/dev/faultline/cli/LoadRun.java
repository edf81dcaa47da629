package dev.faultline.cli;

import java.time.Duration;

import dev.faultline.verification.load.LoadGenerator;
import dev.faultline.verification.load.LoadOrders;

/** {@code ./faultline load}: warm-up, measurement and results. */
final class LoadRun {
    private final LoadOrders orders;
    private final Terminal terminal;

    LoadRun(LoadOrders orders, Terminal terminal) {
        this.orders = orders;
        this.terminal = terminal;
    }

    /** @return whether every order completed */
    boolean run(int perSecond, Duration warmUp, Duration length) {
        orders.stock("", perSecond * (int) warmUp.plus(length).toSeconds());
        if (!warmUp.isZero()) {
            orders.generator("-warm-up").run(perSecond, warmUp, progress -> terminal.report("warm-up", progress));
        }
        LoadGenerator.Result result = orders.generator("").run(perSecond, length, line -> terminal.report("load",
                line));
        print(result);
        return result.isComplete();
    }

    private void print(LoadGenerator.Result result) {
        terminal.line("");
        terminal.line("%d orders in %.1f s".formatted(result.sent(), result.took().toMillis() / 1e3));
        result.statuses().forEach((status, count) -> terminal.line("  %-10s %d".formatted(status, count)));
        result.errors().forEach((error, count) -> terminal.line("  %-10s %d  %s".formatted("failed", count, error)));
        terminal.line("latency from due to completed: p50 %.0f ms, p90 %.0f ms, p99 %.0f ms, p99.9 %.0f ms, max %.0f ms"
                .formatted(result.milliseconds(50), result.milliseconds(90), result.milliseconds(99),
                        result.milliseconds(99.9), result.milliseconds(100)));
        if (result.refusals().getTotalCount() > 0) {
            terminal.line("latency from due to refused, of %d: p50 %.0f ms, p99 %.0f ms, max %.0f ms".formatted(
                    result.refusals().getTotalCount(), result.refusalMilliseconds(50), result.refusalMilliseconds(99),
                    result.refusalMilliseconds(100)));
        }
    }
}
