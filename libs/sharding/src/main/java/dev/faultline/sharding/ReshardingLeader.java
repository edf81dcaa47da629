package dev.faultline.sharding;

import java.time.Duration;

import dev.faultline.discovery.Consul;
import dev.faultline.discovery.LeaderElection;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Carries the plan out on one instance of the service at a time. The election avoids duplicate work; safety depends on the
 * fencing token only.
 */
final class ReshardingLeader implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(ReshardingLeader.class);
    /** Also how often the leader compares the map with the shards when no plan changes. */
    private static final Duration WATCH = Duration.ofSeconds(10);
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final Consul consul;
    private final String role;
    private final String instance;
    private final Resharding resharding;
    private final ShardPlans plans;
    private volatile @Nullable Running running;

    private record Running(LeaderElection election, Thread thread) {}

    ReshardingLeader(Consul consul, String database, String instance, Resharding resharding, ShardPlans plans) {
        this.consul = consul;
        this.role = "faultline/" + database + "/" + BucketMover.ROLE;
        this.instance = instance;
        this.resharding = resharding;
        this.plans = plans;
    }

    @Override
    public void start() {
        var election = new LeaderElection(consul, role, instance);
        running = new Running(election, Thread.ofVirtual().name(BucketMover.ROLE).start(() -> run(election)));
    }

    private void run(LeaderElection election) {
        long index = 0;
        boolean failing = false;
        while (!Thread.currentThread().isInterrupted()) {
            try {
                boolean done = resharding.carryOut(election::token);
                failing = false;
                if (done) {
                    index = plans.awaitChange(index, WATCH);
                } else {
                    pause();
                }
            } catch (StaleLeaderException e) {
                FencingTokens.raise(election, e);
                pause();
            } catch (RuntimeException e) { // the thread must survive any failure
                if (!failing && !Thread.currentThread().isInterrupted()) {
                    log.warn("Resharding is suspended: {}", e.toString());
                }
                failing = true;
                pause();
            }
        }
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** A move in progress is interrupted; the next leader goes on with it. */
    @Override
    public void stop() {
        Running current = running;
        running = null;
        if (current != null) {
            current.thread.interrupt();
            try {
                current.thread.join(PAUSE);
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
