package dev.faultline.cli;

import java.util.List;

import dev.faultline.experiments.lab.Description;
import dev.faultline.experiments.lab.Experiment;
import dev.faultline.experiments.lab.ExperimentResult;
import dev.faultline.experiments.lab.Stage;

/** Prints experiments and what became of them. */
final class ExperimentText {
    private final Terminal terminal;

    ExperimentText(Terminal terminal) {
        this.terminal = terminal;
    }

    void list(List<Experiment> experiments) {
        for (Experiment experiment : experiments) {
            terminal.line("%-26s %-9s %s".formatted(experiment.description().name(), experiment.stage().word(),
                    experiment
                            .description().title()));
        }
        terminal.line("");
        for (Stage stage : Stage.values()) {
            terminal.line("%-9s needs %s".formatted(stage.word(), stage.words()));
        }
        terminal.line("");
        terminal.line(
                "./faultline experiment show NAME tells what one expects; ./faultline experiment run NAME... runs them.");
    }

    void show(Experiment experiment) {
        Description description = experiment.description();
        terminal.line(description.title());
        terminal.line("");
        terminal.line("Hypothesis  " + description.hypothesis());
        terminal.line("Control     " + description.control());
        terminal.line("Needs       " + experiment.stage().words());
        terminal.line("            (" + experiment.stage().how() + ")");
        terminal.line("Idea        docs/ideas/" + description.name() + ".md");
        description.code().forEach(path -> terminal.line("Read        " + path));
        description.sources().forEach(source -> terminal.line("Source      " + source.title() + ", " + source.url()));
        description.variations().forEach(variation -> terminal.line("Try         " + variation));
    }

    void begin(Experiment experiment, int number, int of) {
        Description description = experiment.description();
        terminal.line("");
        terminal.line("%s%s: %s".formatted(of == 1 ? "" : "%d/%d  ".formatted(number, of), description.name(),
                description.title()));
        terminal.line("Hypothesis: " + description.hypothesis());
        terminal.line("Control: " + description.control());
    }

    void end(ExperimentResult result) {
        terminal.line(terminal.coloured(result.hasHeld() ? Terminal.Colour.GREEN : Terminal.Colour.RED, result
                .sentence()
                + ".") + " %.0f s".formatted(result.seconds()));
    }

    /** A table, if there are several. */
    void print(List<ExperimentResult> results) {
        terminal.line("");
        if (results.size() > 1) {
            for (ExperimentResult result : results) {
                terminal.line("%-26s %5.0f s  %s".formatted(result.description().name(), result.seconds(), terminal
                        .coloured(result.hasHeld() ? Terminal.Colour.GREEN : Terminal.Colour.RED, result.word())));
            }
            terminal.line("");
        }
    }
}
