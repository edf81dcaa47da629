package dev.faultline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FaultlineTest {

    @TempDir Path home;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void listsItsCommands() {
        assertThat(run("help")).isZero();
        assertThat(out.toString()).contains("up ", "watch ", "kill ").containsSubsequence("up ", "down ");
    }

    @Test
    void printsHelpForEachCommand() {
        assertThat(run("prove", "--help")).isZero();
        assertThat(run("help", "prove")).isZero();
        assertThat(run("dead-letters", "list", "--help")).isZero();
        assertThat(out.toString().split("Usage: ./faultline prove", -1)).hasSize(3);
        assertThat(out.toString()).contains("kill, pause, acquirer-slow,");
    }

    @Test
    void exitsWithTwoOnAnInvalidCommandLine() {
        assertThat(run("up", "--port", "many")).isEqualTo(2);
        assertThat(err.toString()).contains("--port").contains("many");
        assertThat(run("frobnicate")).isEqualTo(2);
        assertThat(run("kill")).isEqualTo(2);
        assertThat(err.toString()).contains("Missing required parameter: 'NODE'");
    }

    @Test
    void exitsWithOneAndAnErrorMessageOnFailure() {
        assertThat(run("kill", "--home", home.toString(), "shard-1")).isEqualTo(1);
        assertThat(err.toString()).startsWith("faultline: ").contains(home.toString()).contains("./faultline up")
                .hasLineCount(1);
    }

    @Test
    void explainsWhatAClusterCannotBe() {
        String directory = home.toString();
        assertThat(run("up", "--home", directory, "--gateways", "3")).isEqualTo(1);
        assertThat(run("up", "--home", directory, "--layout", "single")).isEqualTo(1);
        assertThat(run("restart", "--home", directory, "order-service-1", "--port", "9000")).isEqualTo(1);
        assertThat(err.toString().lines()).satisfiesExactly(
                line -> assertThat(line).startsWith("faultline: A cluster has 1 to 2 gateways, not 3."),
                line -> assertThat(line).startsWith("faultline: --layout must be ha, not single."),
                line -> assertThat(line).startsWith("faultline: ").contains(directory, "./faultline up"));
        assertThat(home).isEmptyDirectory();
    }

    @Test
    void rejectsAProofBeforeItStartsAnything() {
        assertThat(run("prove", "--target", "shard-1")).isEqualTo(1);
        assertThat(run("prove", "--target", "compose", "--standbys")).isEqualTo(1);
        assertThat(run("prove", "--target", "k8s", "--rate", "0")).isEqualTo(1);
        assertThat(err.toString().lines()).satisfiesExactly(
                line -> assertThat(line).isEqualTo(
                        "faultline: Unknown target shard-1. The targets are local, compose and"
                                + " k8s; --on names nodes and roles."),
                line -> assertThat(line).startsWith("faultline: --standbys is for a temporary cluster."),
                line -> assertThat(line).startsWith("faultline: --rate must be from 1 to 1000"));
    }

    @Test
    void rejectsABenchBeforeItStartsAnything() {
        assertThat(run("bench", "--compare", home.resolve("none.json").toString())).isEqualTo(1);
        assertThat(run("bench", "--vary", "NAME=1,2")).isEqualTo(1);
        assertThat(run("bench", "--vary", "NAME=1", "--rate", "10")).isEqualTo(1);
        assertThat(run("bench", "--vary", "NAME=1,2", "--rate", "10", "--running")).isEqualTo(1);
        assertThat(run("bench", "--seconds", "0")).isEqualTo(1);
        assertThat(err.toString().lines()).hasSize(5).allMatch(line -> line.startsWith("faultline: "))
                .first().asString().contains("none.json: it does not exist");
    }

    @Test
    void rejectsAnExperimentBeforeItStartsAnything() {
        assertThat(run("experiment", "run")).isEqualTo(1);
        assertThat(run("experiment", "run", "--all", "cap")).isEqualTo(1);
        assertThat(run("experiment", "run", "cap", "perpetual-motion")).isEqualTo(1);
        assertThat(run("experiment", "show", "fencng")).isEqualTo(1);
        assertThat(err.toString().lines()).containsSequence(
                "faultline: Name the experiments to run, or run --all. See ./faultline experiment list.",
                "faultline: --all runs every experiment: omit the names.",
                "faultline: There is no experiment perpetual-motion. See ./faultline experiment list.",
                "faultline: There is no experiment fencng. Did you mean fencing? See ./faultline experiment list.");
        assertThat(run("experiment")).isEqualTo(2);
    }

    @Test
    void listsAndShowsExperiments() {
        assertThat(run("experiment", "list")).isZero();
        assertThat(run("experiment", "show", "cap")).isZero();
        assertThat(out.toString()).contains("cap                        standbys  Consistency or availability",
                "Hypothesis  ",
                "Control     ", "Needs       the platform with synchronous standbys", "Idea        docs/ideas/cap.md");
    }

    @Test
    void rejectsAComparisonBeforeItStartsAnything() {
        assertThat(run("compare", "transactions", "--rates", "0")).isEqualTo(1);
        assertThat(run("compare", "transactions", "--hot", "50,101")).isEqualTo(1);
        assertThat(run("compare", "transactions", "--rates", "100,100")).isEqualTo(1);
        assertThat(run("compare", "concurrency", "--buyers", "1")).isEqualTo(1);
        assertThat(run("compare", "concurrency", "--stock", "10")).isEqualTo(1);
        assertThat(run("compare", "balancing", "--rate", "10")).isEqualTo(1);
        assertThat(run("compare", "balancing", "--seconds", "0")).isEqualTo(1);
        assertThat(err.toString().lines()).hasSize(7).allMatch(line -> line.startsWith("faultline: --")).contains(
                "faultline: --hot must be from 0 to 100, not 101.",
                "faultline: --rates has a value twice: [100, 100].");
        assertThat(run("compare", "transactions", "--rates", "fast")).isEqualTo(2);
        assertThat(run("compare")).isEqualTo(2);
        assertThat(run("compare", "concurrency", "--help")).isZero();
        assertThat(run("compare", "balancing", "--help")).isZero();
    }

    @Test
    void hasNothingToStopInAnEmptyHome() {
        assertThat(run("down", "--home", home.toString())).isZero();
        assertThat(out.toString()).contains("Nothing was running");
        assertThat(run("down", "--wipe", "--home", home.resolve("none").toString())).isZero();
    }

    @Test
    void formatsLogs() throws Exception {
        Files.writeString(home.resolve("log"), """
                first
                {"@timestamp":"2026-01-02T03:04:05.678Z","level":"WARN","logger_name":"dev.faultline.order.Relay",\
                "message":"late","orderId":"7K-1","traceId":"abc","stack_trace":"at a\\nat b\\n"}
                not finished""");
        var text = new LogText(new Terminal(new PrintWriter(out), false));
        new LogTail(home.resolve("log")).read(1, false, line -> out.append(text.formatted(line)).append('\n'));

        assertThat(out.toString().lines().toList()).containsExactly(
                "03:04:05.678 WARN  Relay                        late  order=7K-1  trace=abc", "at a", "at b");
    }

    @Test
    void explainsHowToRaiseTheMemoryLimit() {
        int status = Faultline.commandLine(new PrintWriter(out, true), new PrintWriter(err, true), _ -> {
            throw new OutOfMemoryError("Java heap space");
        }).execute("dead-letters", "list");
        assertThat(status).isEqualTo(1);
        assertThat(err.toString()).contains("FAULTLINE_HEAP=4g").hasLineCount(1);
    }

    private int run(String... arguments) {
        return Faultline.commandLine(new PrintWriter(out, true), new PrintWriter(err, true)).execute(arguments);
    }
}
