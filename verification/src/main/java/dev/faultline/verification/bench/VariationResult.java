package dev.faultline.verification.bench;

import java.util.List;

/**
 * What {@code ./faultline bench --vary} found.
 *
 * @param began in ISO 8601
 * @param name  of the setting
 * @param rate  orders a second
 * @param runs  in their order
 */
public record VariationResult(String began, String name, int rate, int seconds, List<Run> runs) {
    public VariationResult {
        runs = List.copyOf(runs);
    }

    /** A run on a cluster of its own, with this value of the setting. */
    public record Run(String value, Measurement measurement) {}

    /** Whether every order was confirmed. */
    public boolean allConfirmed() {
        return runs.stream().allMatch(run -> run.measurement().load().allConfirmed());
    }

    /** The values, in the order of their first runs. */
    public List<String> values() {
        return runs.stream().map(Run::value).distinct().toList();
    }

    /** The figures of the runs with a value. */
    public List<Figures> of(String value) {
        return runs.stream().filter(run -> run.value().equals(value)).map(run -> run.measurement().figures()).toList();
    }
}
