package dev.faultline.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;

import dev.faultline.experiments.catalogue.Experiments;
import dev.faultline.experiments.lab.Experiment;
import dev.faultline.experiments.lab.ExperimentReport;
import dev.faultline.experiments.lab.ExperimentResult;
import dev.faultline.experiments.lab.Lab;
import dev.faultline.experiments.lab.Stage;
import dev.faultline.experiments.simulated.SimulatedProtocol;
import dev.faultline.local.LocalCluster;

/**
 * One experiment of each stage is run by a build, another one each day: builds of as many days in a row as a stage has
 * experiments have run all of them. Simulated protocols are not among them: the tests of their module run all of them in each
 * build. {@code -Dfaultline.experiment.day=N} runs those of another day.
 */
final class DailyExperiment {
    private static final Path PAGES = Path.of("target", "experiments").toAbsolutePath();

    private DailyExperiment() {}

    /** Asserts that its hypothesis held, and that its control went wrong. */
    static void assertHolds(Stage stage, LocalCluster cluster) {
        List<Experiment> ofStage = Experiments.ALL.stream().filter(each -> each.stage() == stage
                && !(each instanceof SimulatedProtocol)).toList();
        long day = Long.getLong("faultline.experiment.day", LocalDate.now(ZoneOffset.UTC).toEpochDay());
        Experiment experiment = ofStage.get((int) Math.floorMod(day, (long) ofStage.size()));
        String name = experiment.description().name();
        ExperimentResult result = ExperimentResult.of(experiment, new Lab(cluster, PAGES, (subject, what) -> System.out
                .println(name + ", " + subject + ": " + what)));
        Path page = new ExperimentReport(PAGES).write(result);
        assertThat(result.hasHeld()).as("%s: %s; see %s, and repeat it with -Dfaultline.experiment.day=%d", name, result
                .sentence(), page, day).isTrue();
    }
}
