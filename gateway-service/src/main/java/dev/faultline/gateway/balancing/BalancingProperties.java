package dev.faultline.gateway.balancing;

import java.time.Duration;
import java.util.Map;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How requests are balanced; docs/load-balancing.md.
 *
 * @param policy    of routes that have none of their own
 * @param routes    the policy by route
 * @param slowStart how long a new or returning instance gets less than its share; zero: it gets its share at once
 */
@ConfigurationProperties(BalancingProperties.PREFIX)
record BalancingProperties(@DefaultValue("least-in-flight") String policy, @DefaultValue Map<String, String> routes,
        @DefaultValue Ejection ejection, @DefaultValue("5s") Duration slowStart) {
    static final String PREFIX = "faultline.gateway.balancing";

    BalancingProperties {
        routes = Map.copyOf(routes);
        require(!slowStart.isNegative(), "slow-start", "must not be negative");
    }

    /**
     * When an instance is an outlier, and for how long it gets no requests.
     *
     * @param consecutive requests in a row without an answer that make it one
     * @param errorShare  by how much its share of errors has to exceed that of the others, in its last twenty requests
     * @param time        of the first ejection; each further one lasts twice as long
     * @param maxTime     of an ejection; an instance that has not been ejected for this long begins again at {@code time}
     * @param maxShare    of the instances that may be ejected at a time, but always one
     */
    record Ejection(@DefaultValue("1") int consecutive, @DefaultValue("0.5") double errorShare,
            @DefaultValue("1s") Duration time, @DefaultValue("30s") Duration maxTime,
            @DefaultValue("0.5") double maxShare) {

        Ejection {
            require(consecutive > 0, "ejection.consecutive", "must be positive");
            require(errorShare > 0 && errorShare <= 1, "ejection.error-share", "must be above 0, and at most 1");
            require(time.isPositive(), "ejection.time", "must be positive");
            require(maxTime.compareTo(time) >= 0, "ejection.max-time", "must not be less than ejection.time");
            require(maxShare >= 0 && maxShare <= 1, "ejection.max-share", "must be from 0 to 1");
        }
    }

    private static void require(boolean holds, String property, String what) {
        if (!holds) {
            throw new IllegalArgumentException(PREFIX + "." + property + " " + what);
        }
    }
}
