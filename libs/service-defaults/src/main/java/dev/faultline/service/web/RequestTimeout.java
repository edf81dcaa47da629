package dev.faultline.service.web;

import java.time.Duration;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

/**
 * The header in which a client tells a service how long it waits for the answer, in milliseconds. It says how long and not
 * until when, because clocks differ. The name is Envoy's, so that a service mesh can take the gateway's place.
 *
 * @see <a href="https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/router_filter">Envoy: Router</a>
 */
public final class RequestTimeout {
    public static final String HEADER = "X-Envoy-Expected-Rq-Timeout-Ms";
    private static final int MOST_DIGITS = 9;

    private RequestTimeout() {}

    /** The header's value; empty if there is none, or it is not a positive number of less than ten digits. */
    static Optional<Duration> parse(@Nullable String value) {
        if (value == null || value.isEmpty() || value.length() > MOST_DIGITS || !value.chars().allMatch(
                character -> character >= '0' && character <= '9')) {
            return Optional.empty();
        }
        return Optional.of(Duration.ofMillis(Integer.parseInt(value))).filter(Duration::isPositive);
    }
}
