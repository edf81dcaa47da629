package dev.faultline.order.checkout.jdbc;

import java.time.Duration;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Timeouts and limits of checkouts. An invalid value stops the start with a message that names the property.
 *
 * @param redriveAfter how long a state waits for its reply before the command is sent again; doubled each time
 * @param redriveAtMost the longest such wait
 * @param giveUpAfter the age from which an order is compensated instead of retried
 * @param sweepInterval the pause between two sweeps
 * @param sweepBatch the checkouts of a shard that one sweep handles, in one transaction
 * @param mostUnderWay the checkouts of a shard that may be in flight before new orders are rejected; about as many as
 *         can be processed within {@code redriveAfter}
 */
@ConfigurationProperties("faultline.checkout")
public record CheckoutProperties(@DefaultValue("5s") Duration redriveAfter, @DefaultValue("20s") Duration redriveAtMost,
        @DefaultValue("2m") Duration giveUpAfter, @DefaultValue("1s") Duration sweepInterval,
        @DefaultValue("500") int sweepBatch, @DefaultValue("1000") int mostUnderWay) {

    public CheckoutProperties {
        check(redriveAfter.toMillis() > 0, "redrive-after", "must be at least 1ms");
        check(redriveAtMost.compareTo(redriveAfter) >= 0, "redrive-at-most", "must not be less than redrive-after");
        check(giveUpAfter.compareTo(redriveAfter) >= 0, "give-up-after", "must not be less than redrive-after");
        check(sweepInterval.toMillis() > 0, "sweep-interval", "must be at least 1ms");
        check(mostUnderWay > 0, "most-under-way", "must be positive");
        check(sweepBatch > 0 && sweepBatch <= 5_000, "sweep-batch", "must be 1 to 5000");
    }

    /** How long to wait for a reply after this many retries. */
    Duration patience(int redrives) {
        long doubled = redriveAfter.toMillis() << Math.min(redrives, 20);
        return doubled > redriveAtMost.toMillis() ? redriveAtMost : Duration.ofMillis(doubled);
    }

    private static void check(boolean holds, String property, String rule) {
        if (!holds) {
            throw new IllegalArgumentException("faultline.checkout." + property + " " + rule);
        }
    }
}
