package dev.faultline.order.ordering.jdbc;

import java.time.Duration;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How long orders and their keys are kept. An invalid value prevents the start; the message names the property.
 *
 * @param keyRetention how long an idempotency key is remembered at least; it is deleted soon afterwards
 * @param historyRetention how long a month's completed orders can be read after the month has ended; their table is detached
 *        then, and not dropped. Null for ever
 */
@ConfigurationProperties("faultline.orders")
record RetentionProperties(@DefaultValue("7d") Duration keyRetention, @Nullable Duration historyRetention) {
    RetentionProperties {
        if (keyRetention.compareTo(Duration.ofHours(1)) < 0) {
            throw new IllegalArgumentException("faultline.orders.key-retention must be at least 1h: clients that retry"
                    + " rely on it");
        }
        if (historyRetention != null && historyRetention.compareTo(keyRetention) < 0) {
            throw new IllegalArgumentException("faultline.orders.history-retention must not be less than key-retention:"
                    + " a repeated request is answered with its order");
        }
    }
}
