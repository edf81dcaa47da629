package dev.faultline.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RetryBudgetTest {
    @Test
    void allowsOneRetryForTenRequestsBeyondItsReserve() {
        var budget = new RetryBudget(5);
        int retries = 0;
        for (int requests = 0; requests < 1000; requests++) {
            budget.deposit();
            if (budget.withdraw()) {
                retries++;
            }
        }
        assertThat(retries).isBetween(100, 105);
    }

    @Test
    void accumulatesNoMoreThanItsReserve() {
        var budget = new RetryBudget(5);
        for (int requests = 0; requests < 1000; requests++) {
            budget.deposit();
        }
        int retries = 0;
        while (budget.withdraw()) {
            retries++;
        }
        assertThat(retries).isEqualTo(5);
    }
}
