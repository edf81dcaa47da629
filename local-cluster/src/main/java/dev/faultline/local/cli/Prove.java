package dev.faultline.local.cli;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

import dev.faultline.local.LocalCluster;
import dev.faultline.local.Ports;
import dev.faultline.local.parts.RefusedException;
import dev.faultline.local.proof.Fault;
import dev.faultline.local.proof.Outcome;
import dev.faultline.local.proof.Proof;
import dev.faultline.local.proof.Report;
import org.jspecify.annotations.Nullable;

/** A proof, and its outcome for people. */
final class Prove {
    private final Terminal terminal;

    Prove(Terminal terminal) {
        this.terminal = terminal;
    }

    /** @param names as on the command line; null for all */
    static Set<Fault.Kind> kinds(@Nullable List<String> names) {
        if (names == null) {
            return EnumSet.allOf(Fault.Kind.class);
        }
        var kinds = EnumSet.noneOf(Fault.Kind.class);
        for (String name : names) {
            kinds.add(Arrays.stream(Fault.Kind.values()).filter(kind -> kind.option().equals(name)).findFirst()
                    .orElseThrow(() -> new RefusedException("There is no kind of fault " + name + ". There are: "
                            + Arrays.stream(Fault.Kind.values()).map(Fault.Kind::option).collect(Collectors.joining(
                                    ", "))
                            + ".")));
        }
        return kinds;
    }

    /** On a cluster of its own, which is started before, and deleted afterwards. */
    boolean onItsOwn(Path directory, Proof.Plan plan) {
        var cluster = LocalCluster.in(directory.resolve("cluster"), directory.resolve("apps"));
        if (cluster.isRunning()) {
            throw new RefusedException("Another ./faultline prove uses " + cluster.home()
                    + ". Wait for it to end; if it is gone, ./faultline down --wipe --home " + cluster.home()
                    + " clears what it left.");
        }
        cluster.wipe((_, _) -> {});
        var wiping = new Thread(() -> cluster.wipe((_, _) -> {}));
        Runtime.getRuntime().addShutdownHook(wiping);
        try {
            cluster.up(OptionalInt.of(Ports.free()), terminal);
            cluster.awaitReady(terminal);
            return on(cluster, directory, plan);
        } finally {
            Runtime.getRuntime().removeShutdownHook(wiping);
            cluster.wipe((_, _) -> {});
        }
    }

    /** @return whether it is proven */
    boolean on(LocalCluster cluster, Path reports, Proof.Plan plan) {
        Outcome outcome = new Proof(cluster, terminal).run(plan);
        Path page = Report.write(outcome, reports, "prove-" + plan.seed());
        print(outcome);
        terminal.line("Report: " + page);
        return outcome.isProven();
    }

    private void print(Outcome outcome) {
        terminal.line("");
        terminal.line("%-18s %-26s %5s %15s %15s".formatted("FAULT", "TARGET", "TIMES", "WELL AFTER", "LONGEST GAP"));
        var byFault = outcome.faults().stream().collect(
                Collectors.groupingBy(injected -> "%-18s %-26s".formatted(injected.fault().kind().option(),
                        injected.fault().target()), TreeMap::new, Collectors.toList()));
        byFault.forEach((what, all) -> terminal.line("%s %5d %13.1f s %13.1f s".formatted(what, all.size(),
                longest(all, injected -> injected.healedAtMs() - injected.atMs()) / 1e3,
                longest(all, Outcome.Injected::longestGapMs) / 1e3)));
        terminal.line("");
        terminal.line("orders sent %d, accepted %d, turned away %d".formatted(outcome.sent(), outcome.accepted(),
                outcome.turnedAway()));
        terminal.line("confirmed %d, rejected %d, lost %d, doubled %d".formatted(outcome.confirmed(),
                outcome.rejected(), outcome.lost(), outcome.doubled()));
        outcome.givenUp()
                .forEach((told, times) -> terminal.line("given up %d times, told last: %s".formatted(times, told)));
        terminal.line("from due to settled: p50 %d ms, p99 %d ms, longest %d ms; %d requests repeated".formatted(
                outcome.latencyMs(50), outcome.latencyMs(99), outcome.latencyMs(100), outcome.repeats()));
        terminal.line("longest unavailability: %.1f s without an accepted order"
                .formatted(outcome.unavailableForMs() / 1e3));
        Long rested = outcome.restedAfterMs();
        terminal.line(rested == null ? "not every order had ended three minutes after load and faults"
                : "every order had ended %.1f s after load and faults".formatted(rested / 1e3));
        new Verdict(terminal).print(outcome.anomalies());
        if (outcome.anomalies().isEmpty() && !outcome.isProven()) {
            terminal.line(terminal.coloured(Terminal.Colour.RED, "Not proven:")
                    + " not every node came back, not every order ended, or clients were turned away or gave up.");
        }
    }

    private static long longest(List<Outcome.Injected> all, ToLongFunction<Outcome.Injected> time) {
        return all.stream().mapToLong(time).max().orElse(0);
    }
}
