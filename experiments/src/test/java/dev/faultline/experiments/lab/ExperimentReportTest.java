package dev.faultline.experiments.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

import dev.faultline.backing.FaultlineException;
import dev.faultline.experiments.lab.Description.Source;
import dev.faultline.experiments.lab.TrafficChart.Event;
import dev.faultline.local.LocalCluster;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExperimentReportTest {

    @TempDir Path repository;

    private final List<String> reported = new ArrayList<>();

    /** An experiment whose run is given. */
    private record Scripted(String name, Consumer<Lab> script) implements Experiment {
        @Override
        public Description description() {
            return new Description(name, "Ideas & <facts>", "it holds", "without it", List.of(new Source(
                    "A Paper, 1999",
                    "https://example.org/paper")), List.of("there/Code.java", "gone/Code.java"), List.of("less"));
        }

        @Override
        public void run(Lab lab) {
            script.accept(lab);
        }
    }

    private ExperimentResult run(String name, Consumer<Lab> script) {
        var lab = new Lab(LocalCluster.in(repository.resolve(".faultline")), repository, (subject, what) -> reported
                .add(
                        subject + ": " + what));
        return ExperimentResult.of(new Scripted(name, script), lab);
    }

    private ExperimentResult held() {
        return run("held", lab -> {
            lab.observe("time", "3 ms");
            lab.claim("nothing was lost", true);
            lab.control("something was lost", true);
            lab.picture("Requests", "as dots", TrafficChart.svg(List.of(new Traffic.Request(0, 12, null),
                    new Traffic.Request(500, 2_000, "refused")), List.of(new Event("kill", 100, 100))));
        });
    }

    @Test
    void aPageSaysWhatWasExpectedWhatHappenedAndWhatToRead() throws Exception {
        Path code = repository.resolve("there/Code.java");
        Files.createDirectories(code.getParent());
        Files.writeString(code, "");

        Path page = new ExperimentReport(repository.resolve("pages")).write(held());

        assertThat(page).hasFileName("held.html");
        assertThat(Files.readString(page)).contains("Ideas &amp; &lt;facts>", "it holds", "without it",
                "held</span>: nothing",
                "control, went wrong</span>: something", "<td>time<td class=n>3 ms",
                "<a href='../there/Code.java'><code>there/Code.java</code></a>", "<li><code>gone/Code.java</code>",
                "<a href='https://example.org/paper'>", "<li>less", "fill='var(--bad)'/></svg>");
        assertThat(Files.readString(repository.resolve("pages/held.json"))).contains("\"verdict\" : \"HELD\"")
                .doesNotContain(
                        "<svg");
        assertThat(reported).containsExactly("observed: time: 3 ms", "held: nothing was lost",
                "control: something was lost");
    }

    @Test
    void anExperimentThatCannotBeCarriedOutHasNotHeldAndKeepsWhatItHadFound() throws Exception {
        ExperimentResult result = run("broken", lab -> {
            lab.claim("so far", true);
            throw new FaultlineException("The port is in use.");
        });

        assertThat(result.hasHeld()).isFalse();
        assertThat(result.verdict()).isNull();
        assertThat(result.sentence()).isEqualTo("Not carried out: The port is in use.");
        assertThat(result.findings().claims()).hasSize(1);
        assertThat(reported).last().isEqualTo("FAILED: The port is in use.");
        Path index = new ExperimentReport(repository.resolve("pages")).writeIndex(List.of(held(), result));
        assertThat(Files.readString(index)).contains("1 of 2 held", "<a href='broken.html'>",
                "<td class=bad>Not carried out: The port is in use.");
    }

    @Test
    void aDefectOfAnExperimentIsNotTakenForAResult() {
        assertThatThrownBy(() -> run("defect", _ -> {
            throw new IllegalStateException("a defect");
        })).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aControlThatDidNotGoWrongIsReportedAsSuch() {
        run("silent", lab -> lab.control("it lost something", false));

        assertThat(reported).containsExactly("CONTROL: did not go wrong: it lost something");
    }
}
