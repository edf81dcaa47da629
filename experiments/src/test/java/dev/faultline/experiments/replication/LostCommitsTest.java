package dev.faultline.experiments.replication;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;

import dev.faultline.experiments.replication.Commits.Commit;
import org.junit.jupiter.api.Test;

class LostCommitsTest {
    private static final double KILLED = 1_000;

    private static Commit commit(int id, double endedMs, boolean isAcknowledged) {
        return new Commit(id, endedMs - 5, 5, isAcknowledged);
    }

    @Test
    void aCommitIsLostIfItWasAcknowledgedAndIsMissing() {
        var lost = LostCommits.of(List.of(commit(1, 700, true), commit(2, 800, true), commit(3, 900, true)), Set.of(1),
                KILLED);
        assertThat(lost).isEqualTo(new LostCommits(2, 200));
    }

    @Test
    void aCommitWhoseOutcomeNobodyWasToldIsNotLost() {
        assertThat(LostCommits.of(List.of(commit(1, 1_001, false)), Set.of(), KILLED)).isEqualTo(new LostCommits(0, 0));
    }

    @Test
    void aRowThatNobodyWasToldOfIsNoLoss() {
        assertThat(LostCommits.of(List.of(commit(1, 700, true)), Set.of(1, 2), KILLED)).isEqualTo(new LostCommits(0,
                0));
    }
}
