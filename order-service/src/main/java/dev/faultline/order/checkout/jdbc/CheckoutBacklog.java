package dev.faultline.order.checkout.jdbc;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import dev.faultline.sharding.ShardName;
import dev.faultline.sharding.Shards;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.stereotype.Component;

/**
 * Limits the checkouts in flight on each shard to {@code faultline.checkout.most-under-way}. More than can be processed
 * before their deadlines would be retried, which slows the platform further: it would stay overloaded after the load
 * has gone. New orders beyond the limit are rejected cheaply.
 *
 * <p>
 * The count is read from the database a few times a second; in between, this instance adds what it admits. With several
 * instances the limit may be exceeded by what the others admit in between.
 *
 * @see <a href="https://doi.org/10.1145/3458336.3465286">Bronson et al.: Metastable Failures in Distributed Systems,
 *         2021</a>
 */
@Component
public class CheckoutBacklog {
    private static final long COUNT_EVERY_NS = TimeUnit.MILLISECONDS.toNanos(200);

    private final Shards shards;
    private final int most;
    private final Counter refused;
    private final Map<ShardName, UnderWay> underWay = new ConcurrentHashMap<>();

    CheckoutBacklog(Shards shards, CheckoutProperties properties, MeterRegistry meters) {
        this.shards = shards;
        this.most = properties.mostUnderWay();
        this.refused = Counter.builder("faultline.checkout.refused")
                .description("orders for which too many others were under way").register(meters);
    }

    private static final class UnderWay {
        private final AtomicInteger checkouts = new AtomicInteger();
        private final AtomicLong countedAt = new AtomicLong(System.nanoTime() - COUNT_EVERY_NS);
    }

    /**
     * Whether one more checkout may start on the shard; counts it if so.
     *
     * @throws org.springframework.dao.DataAccessException if the shard cannot be reached
     */
    public boolean admits(ShardName shard) {
        UnderWay here = underWay.computeIfAbsent(shard, _ -> new UnderWay());
        long countedAt = here.countedAt.get();
        long now = System.nanoTime();
        // One caller counts; the others use the previous count.
        if (now - countedAt >= COUNT_EVERY_NS && here.countedAt.compareAndSet(countedAt, now)) {
            here.checkouts.set(count(shard));
        }
        if (here.checkouts.get() >= most) {
            refused.increment();
            return false;
        }
        here.checkouts.incrementAndGet();
        return true;
    }

    private int count(ShardName shard) {
        return shards.read(shard, jdbc -> jdbc.sql("""
                select count(*) from (select from checkout where deadline_at is not null limit ?) as under_way""")
                .param(most).query(Integer.class).single());
    }
}
