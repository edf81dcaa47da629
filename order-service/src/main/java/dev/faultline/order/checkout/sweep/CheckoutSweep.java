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
 * Guarantees that every order completes even if all its messages are lost: the leading instance sweeps each shard in
 * turn and retries overdue checkouts. The other instances stand by.
 *
 * <p>
 * One leader saves work; safety with two comes from the shards, which reject the older fencing token, and from each
 * checkout's version. A shard that fails delays the others no longer than a connection attempt takes.
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

    /** The resources between start and stop. */
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
            // Checked again for each shard, because the previous one may have taken long.
            Optional<FencingToken> token = election.token();
            if (token.isPresent()) {
                Duration age = sweep(election, shard, token.get());
                longest = age.compareTo(longest) > 0 ? age : longest;
            }
        }
        oldest = longest;
    }

    /** How long the shard's oldest deadline has been overdue, as of the last sweep. */
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
            // Nothing may end the schedule; overdue checkouts wait for the next sweep.
            if (troubled.add(shard)) {
                log.warn("{} cannot be swept for the moment: {}", shard, trouble.toString());
            }
        }
        return Duration.ZERO;
    }

    /** Rejected although it leads: Consul has lost its state, and tokens have restarted. */
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
