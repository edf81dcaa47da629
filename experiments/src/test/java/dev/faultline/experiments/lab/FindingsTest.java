package dev.faultline.experiments.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;

import dev.faultline.experiments.Verdict;
import dev.faultline.experiments.lab.Findings.Check;
import org.junit.jupiter.api.Test;

class FindingsTest {
    private static final Check TRUE = new Check("yes", true);
    private static final Check FALSE = new Check("no", false);

    @Test
    void holdsIfEveryClaimHoldsAndEveryControlWentWrong() {
        assertThat(verdict(List.of(TRUE, TRUE), List.of(TRUE))).isEqualTo(Verdict.HELD);
    }

    @Test
    void isViolatedByOneClaimEvenIfAControlIsSilent() {
        assertThat(verdict(List.of(TRUE, FALSE), List.of(TRUE))).isEqualTo(Verdict.VIOLATED);
        assertThat(verdict(List.of(FALSE), List.of())).isEqualTo(Verdict.VIOLATED);
    }

    @Test
    void saysNothingIfAControlIsSilentOrThereIsNoneOrNothingWasClaimed() {
        assertThat(verdict(List.of(TRUE), List.of(TRUE, FALSE))).isEqualTo(Verdict.SAYS_NOTHING);
        assertThat(verdict(List.of(TRUE), List.of())).isEqualTo(Verdict.SAYS_NOTHING);
        assertThat(verdict(List.of(), List.of(TRUE))).isEqualTo(Verdict.SAYS_NOTHING);
    }

    private static Verdict verdict(List<Check> claims, List<Check> controls) {
        return new Findings(List.of(), claims, controls, List.of()).verdict();
    }
}
