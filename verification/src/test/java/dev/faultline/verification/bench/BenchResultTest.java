package dev.faultline.verification.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.DoubleSummaryStatistics;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import dev.faultline.backing.FaultlineException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BenchResultTest {
    private static final Trial SUSTAINED = new Trial(100, 1_500, 1_500, 20, 50, 120, 900);
    private static final Trial FAILED = new Trial(200, 3_000, 2_990, 900, 2_000, 3_000, 9_000);

    @TempDir Path directory;

    @Test
    void survivesARoundTripThroughItsFile() {
        var result = new BenchResult("2026-01-02T03:04:05Z", 2, 100, true, 20, List.of(SUSTAINED, FAILED), List.of(
                measurement(25, 2.5), measurement(100, 1.5)));

        Path page = BenchReport.write(result, directory.resolve("new"), "bench");

        BenchResult read = BenchResult.read(page.resolveSibling("bench.json"));
        assertThat(read).isEqualTo(result);
        assertThat(read.measurements().getFirst().figures().of(Group.CPU).keySet()).containsExactly("order-service",
                "Kafka", ProcessSample.MACHINE);
        assertThat(page).content().contains("<svg", "order-service", "100 %, 100/s").doesNotContain("<script", "NaN",
                "http://", "https://");
    }

    @Test
    void saysThatCpuTimesNeedLinux() {
        var measurement = Measurement.of(100, SUSTAINED, Map.of(Group.HEAP, Map.of("order-service", 80.0)));
        var result = new BenchResult("2026-01-02T03:04:05Z", 2, 100, false, 20, List.of(), List.of(measurement));

        assertThat(BenchReport.write(result, directory, "bench")).content().contains("CPU times need Linux");
    }

    @Test
    void rejectsAFileThatIsMissingOrNoResult() throws IOException {
        Path file = directory.resolve("other.json");
        assertThatExceptionOfType(FaultlineException.class).isThrownBy(() -> BenchResult.read(file))
                .withMessage("Cannot read " + file + ": it does not exist.");
        for (String content : List.of("{}", "[1, 2]", "null", "<html>", "{\"seed\": 3, \"anomalies\": []}")) {
            Files.writeString(file, content);
            assertThatExceptionOfType(FaultlineException.class).isThrownBy(() -> BenchResult.read(file))
                    .withMessageStartingWith(file + " is not a result of ./faultline bench.");
        }
    }

    @Test
    void isSustainedIfEveryOrderIsConfirmedAndP99IsUnderASecond() {
        assertThat(SUSTAINED.sustained()).isTrue();
        assertThat(new Trial(100, 1_500, 1_499, 20, 50, 120, 900).sustained()).isFalse();
        assertThat(new Trial(100, 1_500, 1_500, 20, 50, 1_000, 1_000).sustained()).isFalse();
    }

    @Test
    void dividesFiguresThatBothHave() {
        Figures ratios = measurement(25, 3).figures().dividedBy(measurement(25, 2).figures());

        assertThat(ratios.of(Group.CPU)).containsEntry("order-service", 1.5).doesNotContainKey("Kafka");
        assertThat(ratios.of(Group.LATENCY)).containsEntry("p99", 1.0);
        assertThat(ratios.of(Group.MESSAGES)).isEmpty();
        assertThat(ratios.text(Group.CPU, "Kafka")).isEqualTo("-");
    }

    @Test
    void combinesTheFiguresOfSeveralRuns() {
        List<Figures> runs = List.of(measurement(100, 1).figures(), measurement(100, 4).figures());

        assertThat(Figures.combined(runs, DoubleSummaryStatistics::getAverage).of(Group.CPU))
                .containsEntry("order-service", 2.5);
        assertThat(Figures.combined(runs, DoubleSummaryStatistics::getMax).of(Group.CPU))
                .containsEntry("order-service", 4.0);
    }

    private static Measurement measurement(int percent, double ms) {
        var cpu = new LinkedHashMap<String, Double>();
        cpu.put("order-service", ms);
        cpu.put("Kafka", 0.0);
        cpu.put(ProcessSample.MACHINE, ms);
        return Measurement.of(percent, SUSTAINED, Map.of(Group.CPU, cpu));
    }
}
