package dev.faultline.verification.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

import dev.faultline.backing.FaultlineException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * What {@code ./faultline bench} found.
 *
 * @param began        in ISO 8601
 * @param rate         the highest sustained rate, or the one that was asked for
 * @param searched     whether the rate was searched
 * @param seconds      the length of a measurement
 * @param trials       of the search, in their order
 * @param measurements by ascending rate
 */
public record BenchResult(String began, int processors, int rate, boolean searched, int seconds, List<Trial> trials,
        List<Measurement> measurements) {
    public BenchResult {
        trials = List.copyOf(trials);
        measurements = List.copyOf(measurements);
    }

    /** Whether every order of the measurements was confirmed. */
    public boolean allConfirmed() {
        return measurements.stream().allMatch(measurement -> measurement.load().allConfirmed());
    }

    /** @throws FaultlineException if there is no such file, or it is not a result */
    public static BenchResult read(Path file) {
        String notAResult = file
                + " is not a result of ./faultline bench. Specify the JSON file of a run without --vary.";
        try {
            BenchResult result = JsonMapper.shared().readValue(Files.readAllBytes(file), BenchResult.class);
            return Optional.ofNullable(result).orElseThrow(() -> new FaultlineException(notAResult));
        } catch (IOException e) {
            throw new FaultlineException("Cannot read " + file + ": "
                    + (Files.exists(file) ? e.getMessage() : "it does not exist") + ".", e);
        } catch (JacksonException e) {
            throw new FaultlineException(notAResult, e);
        }
    }
}
