package dev.faultline.verification.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RateSearchTest {
    private final List<Integer> tried = new ArrayList<>();

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 49, 50, 51, 130, 399, 777, 1_999})
    void findsTheHighestRateToWithinItsResolution(int capacity) {
        int found = highest(50, 2_000, capacity).orElseThrow();

        assertThat(found).isLessThanOrEqualTo(capacity);
        assertThat(capacity - found).isLessThanOrEqualTo((int) Math.ceil((capacity + 1) * RateSearch.RESOLUTION));
        assertThat(tried).hasSizeLessThan(24);
    }

    @Test
    void doublesAndThenBisects() {
        assertThat(highest(50, 2_000, 130)).hasValue(125);
        assertThat(tried).containsExactly(50, 100, 200, 200, 150, 150, 125, 137, 137, 131, 131);
    }

    @Test
    void doesNotExceedTheHighestRateAllowed() {
        assertThat(highest(50, 120, 10_000)).hasValue(120);
        assertThat(tried).containsExactly(50, 100, 120);
    }

    @Test
    void findsNothingIfOneOrderASecondFails() {
        assertThat(highest(50, 2_000, 0)).isEmpty();
        assertThat(tried).endsWith(1, 1);
    }

    @Test
    void triesARateAgainBeforeItFails() {
        var search = new RateSearch(rate -> {
            tried.add(rate);
            return tried.size() % 2 == 0;
        });
        assertThat(search.highest(50, 100)).hasValue(100);
        assertThat(tried).containsExactly(50, 50, 100, 100);
    }

    private OptionalInt highest(int start, int most, int capacity) {
        return new RateSearch(rate -> {
            tried.add(rate);
            return rate <= capacity;
        }).highest(start, most);
    }
}
