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
 * Limits the in-flight checkouts of each shard to {@code faultline.checkout.max-in-flight}. A larger backlog would
 * exceed its deadlines, and the retries would keep the platform overloaded even after the load has decreased. New
 * orders beyond the limit are rejected cheaply.
 *
 * <p>
 * The backlog is counted in the database a few times per second; in between, this instance adds the orders that it
 * admits. With several instances the limit may be exceeded by what the others admit in between.
 *
 * @see <a href="https://doi.org/10.1145/3458336.3465286">Bronson et al.: Metastable Failures in Distributed Systems,
 *        2021</a>
 */
@Component
public class CheckoutBacklog {
    private static final long COUNT_INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(200);

    private final Shards shards;
    private final int limit;
    private final Counter rejections;
    private final Map<ShardName, InFlight> inFlight = new ConcurrentHashMap<>();

    CheckoutBacklog(Shards shards, CheckoutProperties properties, MeterRegistry meters) {
        this.shards = shards;
        this.limit = properties.maxInFlight();
        this.rejections = Counter.builder("faultline.checkout.backlog.rejections")
                .description("orders rejected because their shard's backlog was full").register(meters);
    }

    private static final class InFlight {
        private final AtomicInteger checkouts = new AtomicInteger();
        private final AtomicLong countedAt = new AtomicLong(System.nanoTime() - COUNT_INTERVAL_NS);
    }

    /**
     * Returns whether another checkout may start on the shard, and counts it if so.
     *
     * @throws org.springframework.dao.DataAccessException if the shard is unavailable
     */
    public boolean tryAdmit(ShardName shard) {
        InFlight here = inFlight.computeIfAbsent(shard, _ -> new InFlight());
        long countedAt = here.countedAt.get();
        long now = System.nanoTime();
        // One caller counts; the others use the previous count.
        if (now - countedAt >= COUNT_INTERVAL_NS && here.countedAt.compareAndSet(countedAt, now)) {
            here.checkouts.set(count(shard));
        }
        if (here.checkouts.get() >= limit) {
            rejections.increment();
            return false;
        }
        here.checkouts.incrementAndGet();
        return true;
    }

    private int count(ShardName shard) {
        return shards.read(shard, jdbc -> jdbc.sql("""
                select count(*) from (select from open_order limit ?) as in_flight""")
                .param(limit).query(Integer.class).single());
    }
}
