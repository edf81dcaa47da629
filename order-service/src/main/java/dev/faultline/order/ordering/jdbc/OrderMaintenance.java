package dev.faultline.order.ordering.jdbc;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import dev.faultline.sharding.ShardName;
import dev.faultline.sharding.Shards;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/**
 * Creates the partitions of completed orders ahead of time and deletes expired idempotency keys, in bounded steps. Every
 * instance does both: a partition is created once, and expired keys that another instance is deleting are skipped.
 */
@Component
class OrderMaintenance {
    private static final Logger log = LoggerFactory.getLogger(OrderMaintenance.class);
    private static final int KEYS_PER_STEP = 5_000;
    private static final int STEPS = 100;

    private final Shards shards;
    private final Duration keyRetention;

    /** @param keyRetention how long an idempotency key is remembered at least */
    OrderMaintenance(Shards shards, @Value("${faultline.orders.key-retention:7d}") Duration keyRetention) {
        if (keyRetention.compareTo(Duration.ofHours(1)) < 0) {
            throw new IllegalArgumentException("faultline.orders.key-retention must be at least 1h: clients that retry"
                    + " rely on it");
        }
        this.shards = shards;
        this.keyRetention = keyRetention;
    }

    @Scheduled(fixedDelay = 10, timeUnit = TimeUnit.MINUTES)
    void run() {
        for (ShardName shard : shards.names()) {
            try {
                shards.read(shard, OrderMaintenance::createPartitions);
                int steps = 0;
                while (shards.read(shard, this::deleteExpiredKeys) == KEYS_PER_STEP && ++steps < STEPS) {
                    // more have expired
                }
            } catch (DataAccessException e) {
                log.warn("Postponed the maintenance of {}: {}", shard, e.getMessage());
            }
        }
    }

    /** For this month and the next; orders of a month without its own are stored in the default partition. */
    private static int createPartitions(JdbcClient jdbc) {
        return jdbc.sql("""
                select count(create_order_partition((date_trunc('month', now()) + n * interval '1 month')::date))
                from generate_series(0, 1) as n""").query(Integer.class).single();
    }

    private int deleteExpiredKeys(JdbcClient jdbc) {
        return jdbc.sql("""
                delete from idempotency_key where (customer, key) in (
                    select customer, key from idempotency_key where created_at < now() - make_interval(secs => ?)
                    limit ? for update skip locked)""")
                .params((double) keyRetention.toSeconds(), KEYS_PER_STEP).update();
    }
}
