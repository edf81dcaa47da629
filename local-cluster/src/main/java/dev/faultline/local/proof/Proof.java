package dev.faultline.local.proof;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

import dev.faultline.local.LocalCluster;
import dev.faultline.local.Node;
import dev.faultline.local.Progress;
import dev.faultline.local.client.Platform;
import dev.faultline.local.parts.RefusedException;
import dev.faultline.local.proof.Outcome.Injected;
import dev.faultline.local.proof.history.Anomaly;
import dev.faultline.local.proof.history.History;
import dev.faultline.local.proof.history.Observed;
import dev.faultline.local.proof.reading.ClientJournal;
import dev.faultline.local.proof.reading.Observation;

/**
 * Orders at a steady rate, whether or not the platform keeps up, while one fault after the other is injected and healed;
 * then waits for rest and judges the history.
 */
public final class Proof {
    private static final Duration REST = Duration.ofMinutes(3);
    /** Between a fault that was healed and the next, so that it can be seen what each has done. */
    private static final Duration BREATH = Duration.ofSeconds(2);

    private final LocalCluster cluster;
    private final Progress progress;

    public Proof(LocalCluster cluster, Progress progress) {
        this.cluster = cluster;
        this.progress = progress;
    }

    /**
     * What to do; the schedule of the faults follows from it and from the cluster's layout.
     *
     * @param every the mean time from one fault to the next
     */
    public record Plan(long seed, Duration length, int perSecond, Duration every, Set<Fault.Kind> kinds) {
        public Plan {
            kinds = Set.copyOf(kinds);
        }
    }

    /**
     * Whatever was made to go wrong is made right again, also if this fails or the JVM is asked to end.
     *
     * @throws RefusedException if the cluster is not there, or could not be made to rest or to tell
     */
    public Outcome run(Plan plan) {
        cluster.requireRunning();
        List<String> targets = Stream.concat(cluster.nodes().stream().map(Node::name), Roles.all().stream()).toList();
        List<Fault> faults = Schedule.plan(plan.seed(), plan.length(), plan.every(), sorted(plan.kinds()), targets);
        var run = "prove-" + plan.seed() + "-" + Long.toString(System.currentTimeMillis(), 36);
        try (var injection = new Injection(cluster);
                var roles = new Roles(cluster);
                var platform = new Platform(cluster.gatewayUrl());
                var journal = ClientJournal.create(cluster.clientJournals(), run)) {
            var healing = new Thread(injection::end);
            Runtime.getRuntime().addShutdownHook(healing);
            try {
                return run(plan, faults, new Parts(injection, roles, platform, journal, run));
            } finally {
                injection.end();
                Runtime.getRuntime().removeShutdownHook(healing);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RefusedException("Interrupted.", e);
        }
    }

    private static Collection<Fault.Kind> sorted(Set<Fault.Kind> kinds) {
        return kinds.stream().sorted().toList();
    }

    private record Parts(Injection injection, Roles roles, Platform platform, ClientJournal journal, String run) {}

    private Outcome run(Plan plan, List<Fault> faults, Parts parts) throws InterruptedException {
        long count = plan.perSecond() * plan.length().toSeconds();
        var recording = new Recording();
        var stocking = new Shopper(parts.platform(), parts.journal(), recording, parts.run());
        stocking.stock(count);
        progress.report("prove", "%d orders at %d a second, and up to %d faults; seed %d"
                .formatted(count, plan.perSecond(), faults.size(), plan.seed()));

        recording = new Recording();
        var shopper = new Shopper(parts.platform(), parts.journal(), recording, parts.run());
        var injected = new ArrayList<Injected>();
        try (var orders = Executors.newVirtualThreadPerTaskExecutor()) {
            Thread load = load(plan, count, shopper, orders);
            for (Fault fault : faults) {
                if (!injectAndHeal(fault, plan.length(), parts, recording, injected)) {
                    break;
                }
            }
            load.join();
            progress.report("prove", "load ended; waiting for the last answers");
        }
        return judged(plan, parts.run(), recording, injected, count);
    }

    private static Thread load(Proof.Plan plan, long count, Shopper shopper, ExecutorService orders) {
        return Thread.ofVirtual().name("load").start(() -> {
            long begin = System.nanoTime();
            for (long number = 0; number < count; number++) {
                long due = begin + number * 1_000_000_000L / plan.perSecond();
                for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
                    LockSupport.parkNanos(left);
                }
                long order = number;
                orders.execute(() -> shopper.shop(order, due));
            }
        });
    }

    /** @return false if there is no load any more, or would be none before it is healed */
    private boolean injectAndHeal(Fault fault, Duration length, Parts parts, Recording recording, List<Injected> into)
            throws InterruptedException {
        long earliest = into.isEmpty() ? 0 : into.getLast().healedAtMs() + BREATH.toMillis();
        Thread.sleep(Math.max(0, Math.max(fault.at().toMillis(), earliest) - recording.now()));
        long at = recording.now();
        if (at + fault.lasts().toMillis() > length.toMillis()) {
            return false;
        }
        long repeatsBefore = recording.repeats();
        String node = fault.kind().isOfNodes() ? parts.roles().nodeOf(fault.target()) : "acquirer-simulator-1";
        long killed = parts.injection().inject(fault.kind(), node);
        Thread.sleep(fault.lasts());
        parts.injection().heal();
        boolean recovered = parts.injection().awaitReady(node, killed);
        long healed = recording.now();
        long gap = recording.longestGap(at, Math.min(healed, length.toMillis()));
        var done = new Injected(fault, node, at, healed, gap, recording.repeats() - repeatsBefore, recovered);
        into.add(done);
        report(done);
        return true;
    }

    private void report(Injected injected) {
        String target = injected.fault().target();
        boolean isRole = injected.fault().kind().isOfNodes() && !target.equals(injected.node());
        progress.report(injected.fault().kind().option(),
                "%-24s at %5.1f s: %s after %.1f s; longest without an accepted order %.1f s, %d requests repeated"
                        .formatted(isRole ? target + " (" + injected.node() + ")" : target, injected.atMs() / 1e3,
                                injected.recovered() ? "well" : "NOT WELL",
                                (injected.healedAtMs() - injected.atMs()) / 1e3, injected.longestGapMs() / 1e3,
                                injected.repeats()));
    }

    private Outcome judged(Plan plan, String run, Recording recording, List<Injected> injected, long count) {
        var observation = new Observation(cluster);
        progress.report("prove", "waiting until nothing is under way");
        var underWay = new AtomicLong();
        Optional<Duration> rested = observation.awaitRest(REST, underWay::set);
        if (rested.isEmpty()) {
            progress.report("prove",
                    "after %d minutes %d checkouts, refunds or prepared transactions are still under way"
                            .formatted(REST.toMinutes(), underWay.get()));
        }
        Observed observed = observation.look();
        List<Anomaly> anomalies = History.anomaliesOf(observed);
        Map<String, Long> states = observed.statesOf(customer -> customer.startsWith(run + "-"));
        long length = plan.length().toMillis();
        return new Outcome(plan.seed(), plan.perSecond(), length, injected, count,
                recording.acceptances().size(), recording.clientsTurnedAway(), recording.givenUp(), recording.repeats(),
                states.getOrDefault("CONFIRMED", 0L), states.getOrDefault("REJECTED", 0L),
                recording.longestGap(0, length), rested.map(Duration::toMillis).orElse(null), anomalies,
                recording.settlements(), recording.acceptances());
    }
}
