package dev.faultline.gateway.balancing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WeightedTest {
    private static final List<Instance> ONE_TWO_FIVE = List.of(weighted(1, "1"), weighted(2, "2"), weighted(3, "5"));

    private static Instance weighted(int port, String weight) {
        return Balancers.instance(port, Map.of(Metadata.WEIGHT, weight));
    }

    @Test
    void givesEveryInstanceItsWeightsShare() {
        List<Integer> shares = Shares.of(8_000, new Weighted(), ONE_TWO_FIVE).of(ONE_TWO_FIVE);
        assertThat(shares.get(0)).isBetween(995, 1_005);
        assertThat(shares.get(1)).isBetween(1_995, 2_005);
        assertThat(shares.get(2)).isBetween(4_995, 5_005);
    }

    /** Not five in a row and then none: of any eighty requests, each has its share to within a few. */
    @Test
    void mixesTheSharesEvenly() {
        var policy = new Weighted();
        for (int i = 0; i < 100; i++) {
            List<Integer> shares = Shares.of(80, policy, ONE_TWO_FIVE).of(ONE_TWO_FIVE);
            assertThat(shares.get(0)).isBetween(7, 13);
            assertThat(shares.get(1)).isBetween(17, 23);
            assertThat(shares.get(2)).isBetween(47, 53);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "many", "0", "-1", "1001", "1.5"})
    void aWeightThatIsNoneCountsAsOne(String weight) {
        assertThat(weighted(1, weight).metadata().weight()).isEqualTo(1);
    }
}
