package dev.faultline.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

import dev.faultline.backing.FaultlineException;
import dev.faultline.backing.Replication;
import dev.faultline.local.LocalCluster;
import dev.faultline.local.Repository;
import dev.faultline.verification.Target;
import dev.faultline.verification.container.ContainerTarget;
import dev.faultline.verification.fault.FaultKind;
import dev.faultline.verification.local.LocalTarget;
import dev.faultline.verification.prove.ProofReport;
import dev.faultline.verification.prove.ProofResult;
import dev.faultline.verification.prove.ProofResult.InjectedFault;
import dev.faultline.verification.prove.ProofRun;
import org.jspecify.annotations.Nullable;

/** {@code ./faultline prove}: runs the proof, writes its report and prints its results. */
final class ProveCommand {
    private final Terminal terminal;

    ProveCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    /** @param names as on the command line; null for all kinds */
    static List<FaultKind> kinds(@Nullable List<String> names) {
        return names == null ? FaultKind.ALL : names.stream().map(name -> FaultKind.named(name)
                .orElseThrow(() -> new FaultlineException("Unknown fault " + name + ". The faults are: "
                        + FaultKind.ALL.stream().map(FaultKind::name).collect(Collectors.joining(", ")) + ".")))
                .toList();
    }

    /**
     * Starts a cluster, and deletes it afterwards.
     *
     * @param builds   the cluster whose builds of the services are used
     * @param standbys of its shards; null for none
     */
    boolean onTemporaryCluster(Path directory, LocalCluster builds, Replication.@Nullable Mode standbys,
            ProofRun.Plan plan) {
        return new TemporaryCluster("prove", directory, builds, terminal).run(Map.of(), standbys,
                cluster -> on(cluster, directory, plan));
    }

    boolean on(LocalCluster cluster, Path reports, ProofRun.Plan plan) {
        return on(new LocalTarget(cluster), reports, "prove-" + plan.seed(), plan);
    }

    /**
     * On a platform in containers, which is kept.
     *
     * @param where     {@code compose} or {@code k8s}
     * @param directory of the report and of each run's journals
     */
    boolean onContainers(String where, Path directory, ProofRun.Plan plan) {
        String name = "prove-" + where + "-" + plan.seed();
        Path journals = directory.resolve(name + "-" + Long.toString(System.currentTimeMillis(), 36));
        try (var target = where.equals("compose") ? ContainerTarget.compose(Repository.find(), journals)
                : ContainerTarget.k8s(Repository.find(), journals)) {
            return on(target, directory, name, plan);
        }
    }

    /** @return whether the run proved the guarantees */
    private boolean on(Target target, Path reports, String name, ProofRun.Plan plan) {
        ProofResult result = new ProofRun(target, terminal).run(plan);
        Path page = ProofReport.write(result, reports, name);
        print(result);
        terminal.line("Report: " + page);
        return result.isProven();
    }

    private void print(ProofResult result) {
        terminal.line("");
        terminal.line("%-18s %-26s %5s %15s %15s".formatted("FAULT", "TARGET", "TIMES", "RECOVERED AFTER",
                "LONGEST GAP"));
        var byFault = result.faults().stream().collect(
                Collectors.groupingBy(injected -> "%-18s %-26s".formatted(injected.fault().kind().name(),
                        injected.fault().target()), TreeMap::new, Collectors.toList()));
        byFault.forEach((fault, all) -> terminal.line("%s %5d %13.1f s %13.1f s".formatted(fault, all.size(),
                longest(all, injected -> injected.recoveredAtMs() - injected.atMs()) / 1e3,
                longest(all, InjectedFault::longestGapMs) / 1e3)));
        terminal.line("");
        terminal.line("orders sent %d, accepted %d, shed %d".formatted(result.sent(), result.accepted(),
                result.shed()));
        terminal.line("confirmed %d, rejected %d, lost %d, duplicated %d".formatted(result.confirmed(),
                result.rejected(), result.lost(), result.duplicated()));
        result.givenUp().forEach((error, times) -> terminal.line("abandoned %d, last error: %s".formatted(times,
                error)));
        terminal.line("latency from due to completed: p50 %d ms, p99 %d ms, max %d ms; %d retries".formatted(
                result.latencyMs(50), result.latencyMs(99), result.latencyMs(100), result.retries()));
        terminal.line("longest unavailability: %.1f s without an accepted order"
                .formatted(result.unavailableForMs() / 1e3));
        Long quiescentAfter = result.quiescentAfterMs();
        terminal.line(quiescentAfter == null
                ? "some orders were still incomplete three minutes after load and faults ended"
                : "every order was complete %.1f s after load and faults ended".formatted(quiescentAfter / 1e3));
        new CheckText(terminal).print(result.anomalies());
        if (result.anomalies().isEmpty() && !result.isProven()) {
            terminal.line(terminal.coloured(Terminal.Colour.RED, "Not proven:")
                    + " a node did not recover, an order did not complete, or a request was shed or abandoned.");
        }
    }

    private static long longest(List<InjectedFault> all, ToLongFunction<InjectedFault> time) {
        return all.stream().mapToLong(time).max().orElse(0);
    }
}
