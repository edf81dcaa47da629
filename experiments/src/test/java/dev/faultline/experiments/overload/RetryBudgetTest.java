package dev.faultline.experiments.overload;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

class RetryBudgetTest {
    private static final int RESERVE = 3;

    private final RetryBudget budget = new RetryBudget(RESERVE);

    private long withdrawn() {
        return IntStream.range(0, 100).filter(_ -> budget.withdraw()).count();
    }

    @Test
    void hasItsReserveAtFirstAndThenOneRetryForTenRequests() {
        assertThat(withdrawn()).isEqualTo(RESERVE);
        IntStream.range(0, 25).forEach(_ -> budget.deposit());
        assertThat(withdrawn()).isEqualTo(2);
    }

    @Test
    void savesNoMoreThanItsReserve() {
        IntStream.range(0, 1_000).forEach(_ -> budget.deposit());
        assertThat(withdrawn()).isEqualTo(RESERVE);
    }
}
