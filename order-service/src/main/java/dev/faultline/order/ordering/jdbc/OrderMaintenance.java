package dev.faultline.order.ordering.jdbc;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import dev.faultline.sharding.ExpiredRows;
import dev.faultline.sharding.ShardName;
import dev.faultline.sharding.Shards;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/**
 * Creates the partitions of completed orders ahead of time, detaches those of months that need not be kept, and deletes
 * expired idempotency keys. Every instance does so; what another instance has done is not done again.
 */
@Component
@EnableConfigurationProperties(RetentionProperties.class)
class OrderMaintenance {
    private static final Logger log = LoggerFactory.getLogger(OrderMaintenance.class);

    private final Shards shards;
    private final @Nullable Duration historyRetention;
    private final ExpiredRows expiredKeys;

    OrderMaintenance(Shards shards, RetentionProperties properties) {
        this.shards = shards;
        this.historyRetention = properties.historyRetention();
        this.expiredKeys = new ExpiredRows(shards, """
                delete from idempotency_key where (customer, key) in (
                    select customer, key from idempotency_key where created_at < now() - make_interval(secs => ?)
                    limit ? for update skip locked)""", properties.keyRetention());
    }

    @Scheduled(fixedDelay = 10, timeUnit = TimeUnit.MINUTES)
    void run() {
        for (ShardName shard : shards.names()) {
            try {
                shards.read(shard, OrderMaintenance::createPartitions);
                if (historyRetention != null) {
                    detachPartitions(shard, historyRetention);
                }
            } catch (DataAccessException e) {
                log.warn("Postponed the maintenance of {}: {}", shard, e.getMessage());
            }
        }
        expiredKeys.delete();
    }

    /** For this month and the next; orders of a month without its own are stored in the default partition. */
    private static int createPartitions(JdbcClient jdbc) {
        return jdbc.sql("""
                select count(create_order_partition((date_trunc('month', now()) + n * interval '1 month')::date))
                from generate_series(0, 1) as n""").query(Integer.class).single();
    }

    private void detachPartitions(ShardName shard, Duration retention) {
        int detached = shards.read(shard, jdbc -> jdbc.sql("""
                select detach_order_partitions((now() - make_interval(secs => ?))::date)""")
                .param((double) retention.toSeconds()).query(Integer.class).single());
        if (detached > 0) {
            log.info("Detached {} months of completed orders on {}; their tables are no longer read", detached, shard);
        }
    }
}
