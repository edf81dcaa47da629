package dev.faultline.cli;

import java.util.Locale;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The commands that inject faults by hand. */
@Command
final class FaultCommands {
    private FaultCommands() {}

    @Command(description = "Kills a node's process with SIGKILL; the supervisor restarts it.")
    static void kill(@Mixin Output output, @Mixin ClusterOption option,
            @Parameters(paramLabel = "NODE", description = ClusterCommands.NODE) String node,
            @Option(names = "--signal", paramLabel = "NAME", defaultValue = "KILL", description = "send another signal, "
                    + "such as TERM (default: ${DEFAULT-VALUE})") String signal) {
        Terminal terminal = output.terminal();
        String name = signal.toUpperCase(Locale.ROOT).replaceFirst("^SIG", "").replaceFirst("^9$", "KILL");
        long pid = option.cluster().nodes().kill(node, name);
        terminal.line("Sent " + name + " to " + node + ", process " + pid + ".");
    }

    @Command(description = "Freezes a node with SIGSTOP: it is alive but does not respond.")
    static void pause(@Mixin Output output, @Mixin ClusterOption option,
            @Parameters(paramLabel = "NODE", description = ClusterCommands.NODE) String node) {
        Terminal terminal = output.terminal();
        option.cluster().nodes().pause(node);
        terminal.line(node + " is paused until ./faultline resume " + node + ".");
    }

    @Command(description = {"Makes a standby lag: it receives its primary's log and replays nothing.",
        "Its restart or promotion ends the lag."})
    static void lag(@Mixin Output output, @Mixin ClusterOption option,
            @Parameters(paramLabel = "NODE", description = "a standby's name; see ./faultline status") String node) {
        Terminal terminal = output.terminal();
        option.cluster().nodes().lag(node);
        terminal.line(node + " lags until ./faultline resume " + node + ".");
    }

    @Command(description = "Resumes a paused node, or a standby that lags.")
    static void resume(@Mixin Output output, @Mixin ClusterOption option,
            @Parameters(paramLabel = "NODE", description = ClusterCommands.NODE) String node) {
        Terminal terminal = output.terminal();
        option.cluster().nodes().resume(node);
        terminal.line(node + " is resumed.");
    }
}
