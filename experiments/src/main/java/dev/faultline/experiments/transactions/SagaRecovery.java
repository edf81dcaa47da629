package dev.faultline.experiments.transactions;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import dev.faultline.sharding.ShardName;
import dev.faultline.sharding.Shards;
import org.springframework.dao.DataAccessException;

/** Compensates sagas whose coordinator has died. For sagas what recovery is for transactions in doubt. */
final class SagaRecovery implements AutoCloseable {
    private final Shards shards;
    private final Saga saga;
    private final ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor(Thread.ofVirtual()
            .name("saga-recovery").factory());

    SagaRecovery(Shards shards, Saga saga) {
        this.shards = shards;
        this.saga = saga;
    }

    void every(Duration interval, Duration coordinatorTimeout) {
        var _ = scheduler.scheduleWithFixedDelay(() -> {
            try {
                recover(coordinatorTimeout);
            } catch (DataAccessException e) { // or the scheduler would stop; the next run repeats it
            }
        }, 0, interval.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Compensates sagas whose last step was more than {@code minAge} ago. */
    void recover(Duration minAge) {
        for (ShardName shard : shards.names()) {
            unfinished(shard, minAge).forEach(saga::giveUp);
        }
    }

    private List<Reservation> unfinished(ShardName shard, Duration minAge) {
        return shards.read(shard, jdbc -> jdbc.sql("""
                select order_id, first_sku, second_sku from saga
                where state in ('RESERVING', 'COMPENSATING') and changed_at < now() - ? * interval '1 millisecond'
                order by changed_at limit 1000""").param(minAge.toMillis())
                .query((row, _) -> new Reservation(row.getString(1), row.getString(2), row.getString(3))).list());
    }

    @Override
    public void close() {
        scheduler.shutdownNow();
    }
}
