package dev.faultline.cli;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import dev.faultline.backing.Polling;
import dev.faultline.verification.shards.ShardPlanning.FinishedMove;
import dev.faultline.verification.shards.ShardPlanning.Move;
import dev.faultline.verification.shards.ShardPlanning.State;
import dev.faultline.verification.shards.ShardStatistics;

/** Prints shards and the progress of moves. */
final class ShardsText {
    private static final Duration POLL_INTERVAL = Duration.ofMillis(250);
    private static final double REPORT_INTERVAL_S = 5;

    private final Terminal terminal;

    ShardsText(Terminal terminal) {
        this.terminal = terminal;
    }

    /** One line per service and shard. */
    void table(List<ShardStatistics> statistics) {
        terminal.line("%-10s %-10s %8s %10s %10s %15s  %s".formatted("SERVICE", "SHARD", "BUCKETS", "ROWS", "SIZE",
                "TRANSACTIONS/S", "").stripTrailing());
        statistics.stream().sorted(Comparator.comparing(ShardStatistics::service).thenComparing(ShardStatistics::shard))
                .forEach(each -> terminal.line("%-10s %-10s %8d %10d %10s %15.0f  %s".formatted(each.service(),
                        each.shard(), each.buckets(), each.rows(), Terminal.bytes(each.bytes()),
                        each.transactionsPerSecond(), each.copies() == 0 ? ""
                                : each.copies() + " being moved").stripTrailing()));
    }

    void planned(String service, List<Move> moves) {
        Map<String, Long> routes = moves.stream().collect(Collectors.groupingBy(move -> move.from() + " to "
                + move.to(), TreeMap::new, Collectors.counting()));
        terminal.report(service, moves.isEmpty() ? "nothing to move" : count(moves.size()) + " to move: " + routes
                .entrySet().stream().map(route -> route.getValue() + " from " + route.getKey())
                .collect(Collectors.joining(", ")));
    }

    /** Returns when nothing is pending and the sources are cleared. */
    void follow(String service, Supplier<State> progress) {
        double reported = terminal.seconds();
        State state = progress.get();
        while (!state.isDone()) {
            if (terminal.seconds() - reported >= REPORT_INTERVAL_S) {
                reported = terminal.seconds();
                terminal.report(service, count(state.pending().size()) + " left");
            }
            Polling.sleep(POLL_INTERVAL);
            state = progress.get();
        }
        moved(service, state.moves());
    }

    private void moved(String service, List<FinishedMove> moves) {
        if (moves.isEmpty()) {
            return;
        }
        long rows = moves.stream().mapToLong(FinishedMove::rowsCopied).sum();
        long locked = moves.stream().mapToLong(FinishedMove::rowsCopiedLocked).sum();
        List<Double> pauses = moves.stream().map(FinishedMove::pauseMs).sorted().toList();
        terminal.report(service, """
                %s moved with %d rows, %d of them during the pauses; a bucket paused for %.1f ms, at most %.1f ms"""
                .formatted(count(moves.size()), rows, locked, pauses.get(pauses.size() / 2), pauses.getLast()));
    }

    private static String count(int buckets) {
        return buckets == 1 ? "1 bucket" : buckets + " buckets";
    }
}
