package dev.faultline.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import java.util.stream.Collectors;

import dev.faultline.backing.FaultlineException;
import dev.faultline.backing.Replication;
import dev.faultline.experiments.catalogue.Experiments;
import dev.faultline.experiments.lab.Experiment;
import dev.faultline.experiments.lab.ExperimentReport;
import dev.faultline.experiments.lab.ExperimentResult;
import dev.faultline.experiments.lab.Lab;
import dev.faultline.experiments.lab.Stage;
import dev.faultline.local.LocalCluster;
import dev.faultline.local.Suggestion;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ./faultline experiment}. */
@Command(name = "experiment", synopsisSubcommandLabel = "COMMAND", subcommands = HelpCommand.class, description = {
    "Shows one idea of distributed systems at a time, on real parts or in a simulation: a hypothesis, figures of the run, and a "
            + "control that must go wrong."})
final class ExperimentCommand {
    /** Any shard: all have a standby, or none. */
    private static final String A_SHARD = "shard-1";

    @Command(description = "Lists the experiments.")
    int list(@Mixin Output output) {
        new ExperimentText(output.terminal()).list(Experiments.ALL);
        return ExitCode.OK;
    }

    @Command(description = "Shows what an experiment expects, what its control is, and what to read.")
    int show(@Mixin Output output, @Parameters(paramLabel = "NAME", description = "as in the list") String name) {
        new ExperimentText(output.terminal()).show(named(name));
        return ExitCode.OK;
    }

    @Command(description = {
        "Runs experiments one after the other, and writes a page and a JSON file for each, and an index.",
        "Those that need the platform use the running cluster if it has what they need; otherwise they run on a temporary "
                + "one."}, exitCodeListHeading = "Exit codes:%n", exitCodeList = {
                    "0:every hypothesis held, and every control went wrong",
                    "1:failed, no such experiment, a hypothesis did not hold, or a control did not go wrong",
                    "2:invalid command line"})
    int run(@Mixin Output output, @Mixin ClusterOption option,
            @Parameters(arity = "0..*", paramLabel = "NAME", description = "as in the list") @Nullable List<String> names,
            @Option(names = "--all", description = "run every experiment") boolean all) {
        if (all == (names != null)) {
            throw new FaultlineException(all ? "--all runs every experiment: omit the names."
                    : "Name the experiments to run, or run --all. See ./faultline experiment list.");
        }
        List<Experiment> chosen = names == null ? Experiments.ALL
                : names.stream().distinct().map(ExperimentCommand::named).toList();
        return new Run(output.terminal(), option.cluster(), chosen).carryOut();
    }

    private static Experiment named(String name) {
        return Experiments.named(name).orElseThrow(() -> new FaultlineException("There is no experiment " + name + "."
                + Suggestion.nearest(name, Experiments.ALL.stream().map(each -> each.description().name())
                        .toList()).map(near -> " Did you mean " + near + "?").orElse("")
                + " See ./faultline experiment list."));
    }

    /** One command's run of several experiments, grouped by what has to run for them. */
    private static final class Run {
        private final Terminal terminal;
        private final ExperimentText text;
        private final LocalCluster cluster;
        private final Path directory;
        private final ExperimentReport report;
        private final List<Experiment> experiments;
        private final Queue<String> unfinished = new ConcurrentLinkedQueue<>();
        private final List<ExperimentResult> results = new ArrayList<>();

        Run(Terminal terminal, LocalCluster cluster, List<Experiment> experiments) {
            this.terminal = terminal;
            this.text = new ExperimentText(terminal);
            this.cluster = cluster;
            this.directory = cluster.home().resolveSibling(".faultline-experiments");
            this.report = new ExperimentReport(directory);
            this.experiments = experiments;
        }

        int carryOut() {
            Map<Stage, List<Experiment>> stages = experiments.stream().collect(Collectors.groupingBy(Experiment::stage,
                    () -> new EnumMap<>(Stage.class), Collectors.toList()));
            stages.values().forEach(group -> group.forEach(each -> unfinished.add(each.description().name())));
            try (var _ = new InterruptNotice(terminal,
                    () -> "Interrupted; what was changed is being undone. Not finished: "
                            + String.join(", ", unfinished) + ".")) {
                stages.forEach(this::on);
            }
            text.print(results);
            // The index of an earlier run of several stays.
            terminal.line("Report: " + (results.size() == 1 ? directory.resolve(results.getFirst().description().name()
                    + ".html") : report.writeIndex(results)));
            return results.stream().allMatch(ExperimentResult::hasHeld) ? ExitCode.OK : ExitCode.SOFTWARE;
        }

        private void on(Stage stage, List<Experiment> group) {
            if (stage == Stage.NOTHING || isRunning(stage)) {
                runAll(group, cluster);
                return;
            }
            terminal.report("platform", "starting a temporary cluster, because " + stage.words() + " is not running");
            Function<LocalCluster, Boolean> work = temporary -> runAll(group, temporary);
            var _ = new TemporaryCluster("experiment", directory, cluster, terminal).run(Map.of(),
                    stage == Stage.STANDBYS
                            ? Replication.Mode.SYNCHRONOUS : null, work);
        }

        private boolean isRunning(Stage stage) {
            return cluster.isRunning() && (stage != Stage.STANDBYS || hasStandbys());
        }

        private boolean hasStandbys() {
            return cluster.withStandbys(Replication.Mode.SYNCHRONOUS).isComplete() && cluster.standbyOf(A_SHARD)
                    .isPresent();
        }

        private boolean runAll(List<Experiment> group, LocalCluster on) {
            for (Experiment experiment : group) {
                if (Thread.currentThread().isInterrupted()) {
                    throw new FaultlineException("Interrupted.");
                }
                text.begin(experiment, results.size() + 1, experiments.size());
                ExperimentResult result = ExperimentResult.of(experiment, new Lab(on, directory, terminal));
                results.add(result);
                report.write(result);
                text.end(result);
                unfinished.remove();
            }
            return true;
        }
    }
}
