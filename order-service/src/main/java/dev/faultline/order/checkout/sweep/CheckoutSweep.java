package dev.faultline.order.checkout.sweep;

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
import dev.faultline.order.checkout.jdbc.JdbcOverdueCheckouts.SweepResult;
import dev.faultline.sharding.FencingTokens;
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
 * Guarantees that every order completes even if all its messages are lost: the leader sweeps the shards in sequence and
 * redrives overdue checkouts. The other instances stand by.
 *
 * <p>
 * Leader election avoids duplicate work. Safety does not depend on it: shards reject the older of two fencing tokens,
 * and each checkout has a version. An unavailable shard delays the others by at most a connection timeout.
 */
@Component
class CheckoutSweep implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(CheckoutSweep.class);
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(5);

    private final Consul consul;
    private final Shards shards;
    private final JdbcOverdueCheckouts checkouts;
    private final Duration interval;
    private final String role;
    private final String instance;
    private final Counter redrives;
    private final Counter timeouts;
    private final Set<ShardName> failingShards = new HashSet<>();
    private volatile Duration overdue = Duration.ZERO;
    private volatile @Nullable Running running;

    /** The resources held between start and stop. */
    private record Running(LeaderElection election, ScheduledExecutorService scheduler) {}

    CheckoutSweep(Consul consul, Shards shards, JdbcOverdueCheckouts checkouts, CheckoutProperties properties,
            @Value("${faultline.database.name}") String database, @Value("${faultline.instance}") String instance,
            MeterRegistry meters) {
        this.consul = consul;
        this.shards = shards;
        this.checkouts = checkouts;
        this.interval = properties.sweepInterval();
        this.role = "faultline/" + database + "/checkout-sweep";
        this.instance = instance;
        Gauge.builder("faultline.checkout.sweep.leader", this, sweep -> sweep.token().isPresent() ? 1 : 0)
                .description("1 if this instance leads the sweep, 0 otherwise").register(meters);
        TimeGauge.builder("faultline.checkout.overdue.age", this, TimeUnit.MILLISECONDS,
                sweep -> sweep.overdue.toMillis()).description(
                        "time since the oldest missed deadline; 0 unless this instance leads")
                .register(meters);
        this.redrives = Counter.builder("faultline.checkout.redrives").register(meters);
        this.timeouts = Counter.builder("faultline.checkout.timeouts").register(meters);
    }

    private Optional<FencingToken> token() {
        Running current = running;
        return current == null ? Optional.empty() : current.election.token();
    }

    @Override
    public void start() {
        var current = new Running(new LeaderElection(consul, role, instance),
                Executors.newSingleThreadScheduledExecutor(Thread.ofVirtual().name("checkout-sweep").factory()));
        running = current;
        var _ = current.scheduler.scheduleWithFixedDelay(() -> sweep(current.election), 0, interval.toMillis(),
                TimeUnit.MILLISECONDS);
    }

    private void sweep(LeaderElection election) {
        Duration longest = Duration.ZERO;
        for (ShardName shard : shards.names()) {
            // Checked for each shard, because the previous one may have taken longer than the lease.
            Optional<FencingToken> token = election.token();
            if (token.isPresent()) {
                Duration age = sweep(election, shard, token.get());
                longest = age.compareTo(longest) > 0 ? age : longest;
            }
        }
        overdue = longest;
    }

    /** Returns how long the shard's longest overdue checkout has been overdue. */
    private Duration sweep(LeaderElection election, ShardName shard, FencingToken token) {
        try {
            SweepResult result = checkouts.sweep(shard, token);
            redrives.increment(result.redriven());
            timeouts.increment(result.givenUp());
            if (failingShards.remove(shard)) {
                log.info("Resumed sweeping {}", shard);
            }
            return result.maxOverdue();
        } catch (StaleLeaderException e) {
            FencingTokens.raise(election, e);
        } catch (RuntimeException e) {
            // An exception would stop the scheduler; overdue checkouts wait for the next sweep.
            if (failingShards.add(shard)) {
                log.warn("Cannot sweep {}; retrying: {}", shard, e.toString());
            }
        }
        return Duration.ZERO;
    }

    @Override
    public void stop() {
        Running current = running;
        running = null;
        if (current != null) {
            current.scheduler.shutdown();
            try {
                if (!current.scheduler.awaitTermination(STOP_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
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
        return running != null;
    }
}
