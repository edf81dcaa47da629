package dev.faultline.experiments.lab;

import java.util.List;

import com.fasterxml.jackson.annotation.JsonIgnore;
import dev.faultline.experiments.Verdict;

/**
 * What a run found, in the order in which it found it.
 *
 * @param claims   that have to hold
 * @param controls what has to go wrong; without one, the run says nothing
 */
public record Findings(List<Observation> observations, List<Check> claims, List<Check> controls,
        List<Picture> pictures) {
    public Findings {
        observations = List.copyOf(observations);
        claims = List.copyOf(claims);
        controls = List.copyOf(controls);
        pictures = List.copyOf(pictures);
    }

    /** Something measured in the run. */
    public record Observation(String what, String value) {}

    /** @param isTrue of a claim, whether it held; of a control, whether it went wrong as it must */
    public record Check(String sentence, boolean isTrue) {}

    /** @param svg drawn from the run's own data */
    public record Picture(String title, String caption, @JsonIgnore String svg) {}

    public Verdict verdict() {
        return Verdict.of(!claims.stream().allMatch(Check::isTrue), !claims.isEmpty() && !controls.isEmpty()
                && controls.stream().allMatch(Check::isTrue));
    }
}
