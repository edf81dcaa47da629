package dev.faultline.experiments.lab;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.faultline.backing.FaultlineException;
import dev.faultline.experiments.Verdict;
import org.jspecify.annotations.Nullable;

/**
 * What became of an experiment.
 *
 * @param began   in ISO 8601
 * @param failure why it could not be carried out to its end; null if it was
 */
public record ExperimentResult(Description description, String began, double seconds, int processors, Findings findings,
        @Nullable String failure) {

    /** Runs it, and keeps what it had found if it cannot be carried out. */
    public static ExperimentResult of(Experiment experiment, Lab lab) {
        Instant began = Instant.now();
        long start = System.nanoTime();
        String failure = null;
        try {
            if (experiment.stage() != Stage.NOTHING) {
                lab.awaitPlatform();
            }
            experiment.run(lab);
        } catch (FaultlineException e) {
            failure = String.valueOf(e.getMessage());
            lab.progress().report("FAILED", failure);
        }
        return new ExperimentResult(experiment.description(), began.truncatedTo(ChronoUnit.SECONDS).toString(),
                (System.nanoTime() - start) / 1e9, Runtime.getRuntime().availableProcessors(), lab.findings(), failure);
    }

    /** Null if it could not be carried out. */
    @JsonProperty
    public @Nullable Verdict verdict() {
        return failure == null ? findings.verdict() : null;
    }

    public boolean hasHeld() {
        return verdict() == Verdict.HELD;
    }

    /** For a table; a failure is a sentence. */
    public String word() {
        return switch (verdict()) {
            case HELD -> "held";
            case VIOLATED -> "violated";
            case SAYS_NOTHING -> "says nothing";
            case null -> sentence();
        };
    }

    /** In one sentence, without a full stop. */
    public String sentence() {
        Verdict verdict = verdict();
        return verdict == null ? "Not carried out: " + failure : verdict.sentence();
    }
}
