package dev.faultline.order.checkout.jdbc;

import java.time.Duration;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Timeouts and limits of checkouts. An invalid value prevents the start; the message names the property.
 *
 * @param redriveAfter how long a state waits for its reply before the command is resent; doubled with each redrive
 * @param maxRedriveAfter the maximum of that wait
 * @param giveUpAfter the age at which an order is compensated instead of redriven
 * @param sweepInterval the delay between two sweeps
 * @param sweepBatch the maximum number of checkouts per shard and sweep, in one transaction
 * @param maxInFlight the number of in-flight checkouts per shard at which new orders are rejected. By Little's law it
 *        bounds how long an accepted order takes under overload: three seconds, where a shard completes 300 per second. The
 *        larger it is, the longer orders are accepted while a service or the broker is away
 * @param batchInterval the interval between batches of placements on a busy shard, which adds as much to their latency
 */
@ConfigurationProperties("faultline.checkout")
public record CheckoutProperties(@DefaultValue("5s") Duration redriveAfter,
        @DefaultValue("20s") Duration maxRedriveAfter,
        @DefaultValue("2m") Duration giveUpAfter, @DefaultValue("1s") Duration sweepInterval,
        @DefaultValue("500") int sweepBatch, @DefaultValue("900") int maxInFlight,
        @DefaultValue("25ms") Duration batchInterval) {

    public CheckoutProperties {
        check(redriveAfter.toMillis() > 0, "redrive-after", "must be at least 1ms");
        check(maxRedriveAfter.compareTo(redriveAfter) >= 0, "max-redrive-after", "must not be less than redrive-after");
        check(giveUpAfter.compareTo(redriveAfter) >= 0, "give-up-after", "must not be less than redrive-after");
        check(sweepInterval.toMillis() > 0, "sweep-interval", "must be at least 1ms");
        check(maxInFlight > 0, "max-in-flight", "must be positive");
        check(sweepBatch > 0 && sweepBatch <= 5_000, "sweep-batch", "must be 1 to 5000");
        check(batchInterval.isPositive(), "batch-interval", "must be positive");
    }

    /** How long to wait for a reply after this many redrives. */
    public Duration replyTimeout(int redrives) {
        long doubled = redriveAfter.toMillis() << Math.min(redrives, 20);
        return doubled > maxRedriveAfter.toMillis() ? maxRedriveAfter : Duration.ofMillis(doubled);
    }

    private static void check(boolean valid, String property, String rule) {
        if (!valid) {
            throw new IllegalArgumentException("faultline.checkout." + property + " " + rule);
        }
    }
}
