package dev.faultline.order.checkout.jdbc;

import java.time.Duration;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How patient checkouts are. A value that cannot work stops the start, naming the property.
 *
 * @param redriveAfter how long a state waits for its reply before the command is sent again; doubled each time
 * @param redriveAtMost the longest that it waits
 * @param giveUpAfter how old an order becomes before it is undone rather than driven on
 * @param sweepInterval the pause between two looks at the shards
 * @param sweepBatch how many checkouts of a shard are looked after in one transaction, once in each interval
 * @param mostUnderWay how many checkouts of a shard may be under way before new orders are refused; about as many as
 *        can be worked on within {@code redriveAfter}
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

    /** How long to wait for a reply that was asked for again so often. */
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
