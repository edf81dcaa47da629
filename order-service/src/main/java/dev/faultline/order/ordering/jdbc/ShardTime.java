package dev.faultline.order.ordering.jdbc;

import java.time.Instant;
import java.util.concurrent.TimeUnit;

import dev.faultline.service.time.CorrectedClock;
import dev.faultline.sharding.ShardName;
import dev.faultline.sharding.Shards;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/**
 * Keeps this instance in the time of the first shard that answers, which all instances have in common: an order's id begins
 * with its time, and lists are sorted by it. Two orders of a customer, the second placed after the first was acknowledged, are
 * listed in this order whatever the clocks of the instances show, unless the second followed sooner than a clock can be read.
 */
@Component
class ShardTime {
    private static final Logger log = LoggerFactory.getLogger(ShardTime.class);

    private final Shards shards;
    private final CorrectedClock clock;

    ShardTime(Shards shards, CorrectedClock clock) {
        this.shards = shards;
        this.clock = clock;
    }

    @Scheduled(fixedDelay = 5, timeUnit = TimeUnit.SECONDS)
    void read() {
        for (ShardName shard : shards.names()) {
            try {
                shards.read(shard, jdbc -> {
                    Instant before = clock.own();
                    Instant shown = jdbc.sql("select clock_timestamp() as at").query((row, _) -> OrderRows.instant(
                            row, "at")).single();
                    clock.learn(before, clock.own(), shown, shown);
                    return true;
                });
                return;
            } catch (DataAccessException e) {
                log.debug("{} does not say what time it is: {}", shard, e.getMessage());
            }
        }
    }
}
