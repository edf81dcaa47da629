package dev.faultline.inventory.reservation.jdbc;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import dev.faultline.sharding.ExpiredRows;
import dev.faultline.sharding.Shards;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/**
 * Forgets rejected and released reservations once no message about them can return. Reservations that hold stock are kept.
 */
@Component
@EnableScheduling
class ReservationMaintenance {
    /** A command may be replayed from its dead-letter topic for thirty days, and Kafka deletes by the day. */
    private static final Duration LEAST = Duration.ofDays(32);

    private final ExpiredRows expiredOutcomes;

    /** @param retention how long an outcome is remembered at least */
    ReservationMaintenance(Shards shards, @Value("${faultline.inventory.outcome-retention:90d}") Duration retention) {
        if (retention.compareTo(LEAST) < 0) {
            throw new IllegalArgumentException(
                    "faultline.inventory.outcome-retention must be at least 32d: a command may"
                            + " return from its dead-letter topic for as long");
        }
        this.expiredOutcomes = new ExpiredRows(shards, """
                delete from reservation where (order_id, sku) in (
                    select order_id, sku from reservation
                    where status <> 'RESERVED' and updated_at < now() - make_interval(secs => ?)
                    limit ? for update skip locked)""", retention);
    }

    @Scheduled(fixedDelay = 10, timeUnit = TimeUnit.MINUTES)
    void run() {
        expiredOutcomes.delete();
    }
}
