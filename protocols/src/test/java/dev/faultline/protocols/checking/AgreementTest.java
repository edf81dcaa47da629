package dev.faultline.protocols.checking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Set;

import dev.faultline.protocols.schedules.NodeId;
import dev.faultline.protocols.schedules.Violation;
import org.junit.jupiter.api.Test;

class AgreementTest {
    private static final NodeId A = new NodeId(0, "A");
    private static final NodeId B = new NodeId(1, "B");

    private final Agreement<String> agreement = new Agreement<>(Set.of("x", "y")::contains);

    @Test
    void acceptsTheSameDecisionsEvenTwice() {
        agreement.decided(A, "x");
        agreement.decided(B, "x");
        agreement.decided(A, "x");
        assertThat(agreement.whoDecided()).containsExactly(A, B);
    }

    @Test
    void refusesDifferentDecisions() {
        agreement.decided(A, "x");
        assertThatThrownBy(() -> agreement.decided(B, "y")).isInstanceOf(Violation.class).hasMessage(
                "agreement: decided are {A=x, B=y}");
    }

    /** A node that has forgotten its decision with a crash must not make another one. */
    @Test
    void refusesThatANodeChangesItsMind() {
        agreement.decided(A, "x");
        assertThatThrownBy(() -> agreement.decided(A, "y")).isInstanceOf(Violation.class).hasMessageStartingWith(
                "agreement");
    }

    @Test
    void refusesWhatNobodyProposed() {
        assertThatThrownBy(() -> agreement.decided(A, "z")).isInstanceOf(Violation.class).hasMessage(
                "validity: A decided z, which nobody proposed");
    }

    @Test
    void judgesEachPositionOfALogByItself() {
        var log = new LogAgreement<String>(Set.of("x", "y")::contains);
        log.decided(A, 1, "x");
        log.decided(A, 2, "y");
        log.decided(B, 1, "x");
        assertThatThrownBy(() -> log.decided(B, 2, "x")).isInstanceOf(Violation.class).hasMessageStartingWith(
                "agreement");
    }
}
