package dev.faultline.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Gives a command the output of its command line. */
@Command
final class Output {
    @Spec(Spec.Target.MIXEE) private @Nullable CommandSpec command;
    private @Nullable Terminal terminal;

    Terminal terminal() {
        if (terminal == null) {
            if (command == null) {
                throw new IllegalStateException("not part of a command");
            }
            terminal = Terminal.of(command.commandLine().getOut());
        }
        return terminal;
    }
}
