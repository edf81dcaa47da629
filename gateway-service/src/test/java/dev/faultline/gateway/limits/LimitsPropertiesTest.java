package dev.faultline.gateway.limits;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;

import org.junit.jupiter.api.Test;

class LimitsPropertiesTest {
    private static final Limit VALID = new Limit(1, 1, 1, 1);

    @Test
    void namesThePropertyThatIsNotValid() {
        assertThatThrownBy(() -> new LimitsProperties(new Limit(0, 1, 1, 1), VALID, Map.of(), 1)).hasMessage(
                "faultline.limits.customer.rate must be from 1 to 1000000, not 0");
        assertThatThrownBy(() -> new LimitsProperties(VALID, new Limit(1, 2_000_000, 1, 1), Map.of(), 1)).hasMessage(
                "faultline.limits.address.burst must be from 1 to 1000000, not 2000000");
        assertThatThrownBy(() -> new LimitsProperties(VALID, VALID, Map.of("shop", new Limit(1, 1, 0, 1)), 1))
                .hasMessage(
                        "faultline.limits.callers.shop.writes must be from 1 to 1000000, not 0");
        assertThatThrownBy(() -> new LimitsProperties(new Limit(1, 4, 1, 5), VALID, Map.of(), 1)).hasMessage(
                "faultline.limits.customer.write-cost must be at most faultline.limits.customer.burst, which is 4, not 5");
        assertThatThrownBy(() -> new LimitsProperties(VALID, VALID, Map.of(), 0)).hasMessage(
                "faultline.limits.remembered must be from 1 to 1000000, not 0");
    }
}
