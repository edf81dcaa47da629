package dev.faultline.gateway;

import java.time.Duration;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * The limits of requests and of connections to the services.
 *
 * @param bodyMemory total size of the bodies of all requests in flight
 * @param bodyTimeout time for the whole body to arrive
 * @param responseTimeout pause of a service before or within a response, per attempt
 * @param connectTimeout time to establish a connection
 * @param maxConnections connections to one instance; more than the bulkhead of a route admits, so that placements under
 *        overload leave some for reads
 * @param acquireTimeout time to wait for one of these connections to be free
 * @param maxIdleTime less than that of the services, so that no request uses a connection that is being closed
 * @param throttleWindow in whole seconds; placements are throttled by what became of those in this time
 * @param throttleRatio how many placements are let through for each that was accepted, while others are refused
 * @see AdaptiveThrottle
 */
@ConfigurationProperties("faultline.gateway")
record GatewayLimits(@DefaultValue("16MB") DataSize bodyMemory, @DefaultValue("10s") Duration bodyTimeout,
        @DefaultValue("2400ms") Duration responseTimeout, @DefaultValue("500ms") Duration connectTimeout,
        @DefaultValue("640") int maxConnections, @DefaultValue("50ms") Duration acquireTimeout,
        @DefaultValue("3s") Duration maxIdleTime, @DefaultValue("2s") Duration throttleWindow,
        @DefaultValue("1.25") double throttleRatio) {
    GatewayLimits {
        check(throttleWindow.compareTo(Duration.ofSeconds(1)) >= 0, "throttle-window", "must be at least 1s");
        check(throttleRatio >= 1, "throttle-ratio", "must be at least 1");
    }

    private static void check(boolean condition, String property, String requirement) {
        if (!condition) {
            throw new IllegalArgumentException("faultline.gateway." + property + " " + requirement);
        }
    }
}
