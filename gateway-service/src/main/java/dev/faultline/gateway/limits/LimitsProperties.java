package dev.faultline.gateway.limits;

import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The limits by caller; {@code application.yml} has the defaults of the first two.
 *
 * @param customer   of each caller that acts for itself only
 * @param address    of each client address, for requests without a token and for those whose token is refused
 * @param callers    of single callers, by the subject of their tokens; instead of {@code customer}, or of no limit
 * @param remembered the maximum number of callers, and of addresses, whose use is remembered
 */
@ConfigurationProperties("faultline.limits")
record LimitsProperties(Limit customer, Limit address, @DefaultValue Map<String, Limit> callers,
        @DefaultValue("10000") int remembered) {
    private static final String PREFIX = "faultline.limits.";
    private static final int MOST = 1_000_000;

    LimitsProperties {
        check("customer", customer);
        check("address", address);
        callers = Map.copyOf(callers);
        callers.forEach((caller, limit) -> check("callers." + caller, limit));
        check("remembered", remembered);
    }

    private static void check(String name, @Nullable Limit limit) {
        if (limit == null) {
            throw new IllegalArgumentException(PREFIX + name + " must have rate, burst and writes");
        }
        check(name + ".rate", limit.rate());
        check(name + ".burst", limit.burst());
        check(name + ".writes", limit.writes());
        check(name + ".write-cost", limit.writeCost());
        if (limit.writeCost() > limit.burst()) {
            throw new IllegalArgumentException(PREFIX + name + ".write-cost must be at most " + PREFIX + name
                    + ".burst, which is " + limit.burst() + ", not " + limit.writeCost());
        }
    }

    private static void check(String name, int value) {
        if (value < 1 || value > MOST) {
            throw new IllegalArgumentException(PREFIX + name + " must be from 1 to " + MOST + ", not " + value);
        }
    }
}
