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
 * Keeps the checkouts that are under way on each shard fewer than {@code faultline.checkout.most-under-way}. More than can
 * be worked on before their deadlines would only be driven again, which makes the platform slower still: it would stay
 * overloaded after the load has gone. So beyond that new orders are refused, which costs little.
 *
 * <p>
 * Counted in the database a few times a second, and in between by what this instance lets in: with several instances the
 * bound may be passed by what the others let in meanwhile.
 *
 * @see <a href="https://doi.org/10.1145/3458336.3465286">Bronson et al.: Metastable Failures in Distributed Systems,
 *      2021</a>
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
     * Whether one more checkout may begin on a shard, which is then counted.
     *
     * @throws org.springframework.dao.DataAccessException if the shard could not be asked
     */
    public boolean admits(ShardName shard) {
        UnderWay here = underWay.computeIfAbsent(shard, _ -> new UnderWay());
        long countedAt = here.countedAt.get();
        long now = System.nanoTime();
        // One caller counts; the others go by the number of before.
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
