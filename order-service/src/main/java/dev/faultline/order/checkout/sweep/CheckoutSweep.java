package dev.faultline.order.checkout.sweep;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import dev.faultline.discovery.Consul;
import dev.faultline.discovery.FencingToken;
import dev.faultline.discovery.LeaderElection;
import dev.faultline.order.checkout.jdbc.CheckoutProperties;
import dev.faultline.order.checkout.jdbc.JdbcOverdueCheckouts;
import dev.faultline.order.checkout.jdbc.JdbcOverdueCheckouts.Swept;
import dev.faultline.sharding.ShardName;
import dev.faultline.sharding.Shards;
import dev.faultline.sharding.StaleLeaderException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * Ends every order, though every message on its way be lost: the instance that leads looks at each shard in turn and
 * drives overdue checkouts on. All others wait to take its place.
 *
 * <p>
 * One leader is a matter of economy; that two do no harm is a matter of the shards, which refuse the older one's token,
 * and of each checkout's version. A shard that cannot be worked on does not keep the others waiting longer than a
 * connection takes to fail.
 */
@Component
class CheckoutSweep implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(CheckoutSweep.class);
    private static final Duration STOP = Duration.ofSeconds(5);

    private final Consul consul;
    private final Shards shards;
    private final JdbcOverdueCheckouts checkouts;
    private final Duration interval;
    private final String role;
    private final String instance;
    private final Counter redriven;
    private final Counter givenUp;
    private final Set<ShardName> troubled = new HashSet<>();
    private volatile Duration oldest = Duration.ZERO;
    private volatile @Nullable Standing standing;

    /** What there is between start and stop. */
    private record Standing(LeaderElection election, ScheduledExecutorService scheduler) {}

    CheckoutSweep(Consul consul, Shards shards, JdbcOverdueCheckouts checkouts, CheckoutProperties properties,
            @Value("${faultline.database.name}") String database, @Value("${faultline.instance}") String instance,
            MeterRegistry meters) {
        this.consul = consul;
        this.shards = shards;
        this.checkouts = checkouts;
        this.interval = properties.sweepInterval();
        this.role = "faultline/" + database + "/checkout-sweep";
        this.instance = instance;
        Gauge.builder("faultline.checkout.sweep.led", this, sweep -> sweep.token().isPresent() ? 1 : 0)
                .description("1 where the sweep is led").register(meters);
        TimeGauge.builder("faultline.checkout.sweep.overdue", this, TimeUnit.MILLISECONDS,
                sweep -> sweep.oldest.toMillis()).description("how long the oldest deadline is over, where it is led")
                .register(meters);
        this.redriven = Counter.builder("faultline.checkout.sweep.redriven").register(meters);
        this.givenUp = Counter.builder("faultline.checkout.sweep.given.up").register(meters);
    }

    private Optional<FencingToken> token() {
        Standing current = standing;
        return current == null ? Optional.empty() : current.election.token();
    }

    @Override
    public void start() {
        var current = new Standing(new LeaderElection(consul, role, instance),
                Executors.newSingleThreadScheduledExecutor(Thread.ofVirtual().name("checkout-sweep").factory()));
        standing = current;
        var _ = current.scheduler.scheduleWithFixedDelay(() -> sweep(current.election), 0, interval.toMillis(),
                TimeUnit.MILLISECONDS);
    }

    private void sweep(LeaderElection election) {
        Duration longest = Duration.ZERO;
        for (ShardName shard : shards.names()) {
            // Asked again for each shard, for the one before may have taken long.
            Optional<FencingToken> token = election.token();
            if (token.isPresent()) {
                Duration age = sweep(election, shard, token.get());
                longest = age.compareTo(longest) > 0 ? age : longest;
            }
        }
        oldest = longest;
    }

    /** How long the shard's oldest deadline was over, as far as known. */
    private Duration sweep(LeaderElection election, ShardName shard, FencingToken token) {
        try {
            Swept swept = checkouts.sweep(shard, token);
            redriven.increment(swept.redriven());
            givenUp.increment(swept.givenUp());
            if (troubled.remove(shard)) {
                log.info("Sweeping {} again", shard);
            }
            return swept.oldest();
        } catch (StaleLeaderException stale) {
            outgrow(election, stale);
        } catch (RuntimeException trouble) {
            // Nothing may end the schedule; what is overdue stays so until the next time.
            if (troubled.add(shard)) {
                log.warn("{} cannot be swept for the moment: {}", shard, trouble.toString());
            }
        }
        return Duration.ZERO;
    }

    /** Refused though it leads: so Consul has lost its state, and tokens started over. */
    private static void outgrow(LeaderElection election, StaleLeaderException stale) {
        try {
            if (!election.raiseAbove(stale.highest())) {
                log.warn("Another instance leads by now: {}", stale.getMessage());
            }
        } catch (UncheckedIOException e) {
            log.warn("{}, and Consul cannot be asked who leads", stale.getMessage());
        }
    }

    @Override
    public void stop() {
        Standing current = standing;
        standing = null;
        if (current != null) {
            current.scheduler.shutdown();
            try {
                if (!current.scheduler.awaitTermination(STOP.toMillis(), TimeUnit.MILLISECONDS)) {
                    current.scheduler.shutdownNow();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            current.election.close();
        }
    }

    @Override
    public boolean isRunning() {
        return standing != null;
    }
}
