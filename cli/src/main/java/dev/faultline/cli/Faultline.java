package dev.faultline.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

import dev.faultline.backing.FaultlineException;
import dev.faultline.deadletters.DeadLetters;
import dev.faultline.local.LocalCluster;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.OptionSpec;

/** {@code ./faultline}. The exit code is 0 for success, 1 for failure, 2 for an invalid command line. */
@Command(name = "./faultline", synopsisSubcommandLabel = "COMMAND", subcommands = HelpCommand.class, description = {
    "Runs the whole platform on this machine without Docker: real PostgreSQL, Kafka and Consul servers and every "
            + "service, each in its own process."}, footer = {"", "The cluster's state is in .faultline beside "
                    + "this script, unless --home or FAULTLINE_HOME names another directory."})
public final class Faultline {
    /** The order in the help. */
    private static final List<String> ORDER = List.of("up", "status", "token", "order", "orders", "watch", "load",
            "seed", "check", "prove", "experiment", "bench", "compare", "shards", "dead-letters", "logs", "kill",
            "pause", "lag",
            "resume", "stop", "start", "restart", "promote", "down", "train", "help");

    private Faultline() {}

    public static void main(String[] arguments) {
        Locale.setDefault(Locale.ROOT); // one number format, in English text and in SVG
        var out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        var err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        System.exit(commandLine(out, err).execute(arguments));
    }

    static CommandLine commandLine(PrintWriter out, PrintWriter err) {
        return commandLine(out, err, option -> {
            LocalCluster cluster = option.cluster();
            cluster.requireRunning();
            return new DeadLetters(cluster.kafkaConnection());
        });
    }

    static CommandLine commandLine(PrintWriter out, PrintWriter err,
            Function<ClusterOption, DeadLetters> deadLetters) {
        Terminal terminal = Terminal.of(out);
        var root = new CommandLine(new Faultline());
        for (Class<?> group : List.of(ClusterCommands.class, OrderCommands.class, FaultCommands.class,
                VerificationCommands.class)) {
            new CommandLine(group).getSubcommands().forEach(root::addSubcommand);
        }
        root.addSubcommand(new BenchCommand());
        root.addSubcommand(new CompareCommand());
        root.addSubcommand(new ExperimentCommand());
        root.addSubcommand(new ShardsCommand(terminal));
        root.addSubcommand(new DeadLetterCommands(terminal, deadLetters));
        ORDER.forEach(name -> root.addSubcommand(name, root.getCommandSpec().removeSubcommand(name)));
        addHelpOption(root);
        return root.setOut(out).setErr(err).setUsageHelpWidth(100)
                .setExecutionExceptionHandler((failure, _, _) -> {
                    if (failure instanceof FaultlineException) {
                        err.println("faultline: " + failure.getMessage());
                    } else if (failure.getCause() instanceof OutOfMemoryError) {
                        err.println("faultline: the command needs more memory than its limit of %d MiB."
                                .formatted(Runtime.getRuntime().maxMemory() >> 20)
                                + " Raise the limit: FAULTLINE_HEAP=4g ./faultline …");
                    } else {
                        err.println("faultline: unexpected error:");
                        failure.printStackTrace(err);
                    }
                    return CommandLine.ExitCode.SOFTWARE;
                });
    }

    private static void addHelpOption(CommandLine commands) {
        commands.getSubcommands().values().stream().filter(command -> !command.getCommandSpec().helpCommand())
                .forEach(command -> {
                    command.getCommandSpec().addOption(OptionSpec.builder("-h", "--help").usageHelp(true)
                            .description("show this help").build());
                    addHelpOption(command);
                });
    }
}
