package dev.faultline.verification.prove;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

import dev.faultline.backing.Cleanup;
import dev.faultline.backing.FaultlineException;
import dev.faultline.backing.Progress;
import dev.faultline.verification.Target;
import dev.faultline.verification.client.Credentials;
import dev.faultline.verification.client.PlatformClient;
import dev.faultline.verification.fault.FaultInjector;
import dev.faultline.verification.fault.FaultKind;
import dev.faultline.verification.fault.FaultSchedule;
import dev.faultline.verification.fault.Roles;
import dev.faultline.verification.fault.ScheduledFault;
import dev.faultline.verification.history.Anomaly;
import dev.faultline.verification.history.History;
import dev.faultline.verification.history.HistoryChecker;
import dev.faultline.verification.load.OpenLoop;
import dev.faultline.verification.prove.ProofResult.InjectedFault;
import dev.faultline.verification.reading.ClientJournal;
import dev.faultline.verification.reading.HistoryReader;

/**
 * Places orders at a fixed rate, whether or not the platform keeps up, while it injects and heals one fault after another;
 * then waits until nothing is in flight and checks the history.
 */
public final class ProofRun {
    private static final String REPORTER = "prove";
    private static final Duration QUIESCENCE = Duration.ofMinutes(3);
    /** Between a recovery and the next fault, so that the effects of each can be distinguished. */
    private static final Duration COOL_DOWN = Duration.ofSeconds(2);

    private final Target target;
    private final Progress progress;

    public ProofRun(Target target, Progress progress) {
        this.target = target;
        this.progress = progress;
    }

    /**
     * What to run; the schedule of faults follows from the plan and the nodes of the target.
     *
     * @param every   the mean time between the starts of two faults
     * @param targets the nodes and roles to inject faults into; empty for all
     */
    public record Plan(long seed, Duration length, int perSecond, Duration every, List<FaultKind> kinds,
            List<String> targets) {
        public Plan {
            kinds = List.copyOf(kinds);
            targets = List.copyOf(targets);
        }

        /** Every node and role. */
        public Plan(long seed, Duration length, int perSecond, Duration every, List<FaultKind> kinds) {
            this(seed, length, perSecond, every, kinds, List.of());
        }
    }

    /**
     * Heals every injected fault before it returns, throws, or the JVM shuts down.
     *
     * @throws FaultlineException if the platform is not running or its history cannot be read
     */
    public ProofResult run(Plan plan) {
        target.requireRunning();
        List<String> targets = targets(plan);
        List<ScheduledFault> faults = FaultSchedule.draw(plan.seed(), plan.length(), plan.every(), plan.kinds(),
                targets);
        plan.kinds().stream().filter(kind -> kind.targetsAmong(targets).isEmpty()).forEach(kind -> progress.report(
                REPORTER, "left out: " + kind.name() + ", which no node here can have"));
        var run = "prove-" + plan.seed() + "-" + Long.toString(System.currentTimeMillis(), 36);
        // While the gateway still answers: faults need it as long as it is valid.
        target.credentials().token(Credentials.OPERATOR);
        var injector = new FaultInjector(target);
        try (var roles = new Roles(target);
                var platform = new PlatformClient(target);
                var journal = ClientJournal.create(target.clientJournals(), run);
                var _ = new Cleanup(injector::close)) {
            return run(plan, faults, new Context(injector, roles, platform, journal, run, target
                    .clientPatience()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FaultlineException("Interrupted.", e);
        }
    }

    private List<String> targets(Plan plan) {
        List<String> nodes = target.nodes().stream().map(Target.Node::name).toList();
        List<String> all = Stream.concat(nodes.stream(), Roles.among(nodes).stream()).toList();
        plan.targets().stream().filter(named -> !all.contains(named)).findFirst().ifPresent(unknown -> {
            throw new FaultlineException("There is no node or role " + unknown + ". They are: " + String.join(", ", all)
                    + ".");
        });
        return plan.targets().isEmpty() ? all : plan.targets();
    }

    private record Context(FaultInjector injector, Roles roles, PlatformClient platform, ClientJournal journal,
            String run, Duration patience) {

        RetryingClient client(ClientRecorder recorder) {
            return new RetryingClient(platform, journal, recorder, run, patience);
        }
    }

    private ProofResult run(Plan plan, List<ScheduledFault> faults, Context context) throws InterruptedException {
        long count = plan.perSecond() * plan.length().toSeconds();
        context.client(new ClientRecorder()).stock(count);
        progress.report(REPORTER, "%d orders at %d a second, and up to %d faults; seed %d"
                .formatted(count, plan.perSecond(), faults.size(), plan.seed()));

        var recorder = new ClientRecorder();
        RetryingClient client = context.client(recorder);
        var injected = new ArrayList<InjectedFault>();
        try (var orders = Executors.newVirtualThreadPerTaskExecutor()) {
            Thread load = startLoad(plan.perSecond(), count, client, orders);
            for (ScheduledFault fault : faults) {
                if (!injectAndHeal(fault, plan.length(), context, recorder, injected)) {
                    break;
                }
            }
            load.join();
            progress.report(REPORTER, "load ended; waiting for the last responses");
        }
        return check(plan, context.run(), recorder, injected, count);
    }

    private static Thread startLoad(int perSecond, long count, RetryingClient client, ExecutorService orders) {
        return Thread.ofVirtual().name("load").start(() -> OpenLoop.forEach(perSecond, count,
                (number, due) -> orders.execute(() -> client.order(number, due))));
    }

    /** @return false if the load ends before the fault would heal */
    private boolean injectAndHeal(ScheduledFault fault, Duration length, Context context, ClientRecorder recorder,
            List<InjectedFault> into) throws InterruptedException {
        long earliest = into.isEmpty() ? 0 : into.getLast().recoveredAtMs() + COOL_DOWN.toMillis();
        Thread.sleep(Math.max(0, Math.max(fault.at().toMillis(), earliest) - recorder.now()));
        long at = recorder.now();
        if (at + fault.duration().toMillis() > length.toMillis()) {
            return false;
        }
        long retriesBefore = recorder.retries();
        String node = context.roles().nodeOf(fault.target());
        String process = context.injector().inject(fault.kind(), node);
        Thread.sleep(fault.duration());
        context.injector().heal();
        boolean recovered = context.injector().awaitRecovery(fault.kind(), node, process);
        long recoveredAt = recorder.now();
        long gap = recorder.longestGap(at, Math.min(recoveredAt, length.toMillis()));
        var injected = new InjectedFault(fault, node, at, recoveredAt, gap, recorder.retries() - retriesBefore,
                recovered);
        into.add(injected);
        report(injected);
        return true;
    }

    private void report(InjectedFault injected) {
        String target = injected.fault().target();
        progress.report(injected.fault().kind().name(),
                "%-24s at %5.1f s: %s after %.1f s; longest gap without an accepted order %.1f s, %d retries"
                        .formatted(target.equals(injected.node()) ? target : target + " (" + injected.node() + ")",
                                injected.atMs() / 1e3, injected.recovered() ? "recovered" : "NOT RECOVERED",
                                (injected.recoveredAtMs() - injected.atMs()) / 1e3, injected.longestGapMs() / 1e3,
                                injected.retries()));
    }

    private ProofResult check(Plan plan, String run, ClientRecorder recorder, List<InjectedFault> injected,
            long count) {
        var reader = new HistoryReader(target);
        progress.report(REPORTER, "waiting until nothing is in flight");
        var inFlight = new AtomicLong();
        Optional<Duration> quiescentAfter = reader.awaitQuiescence(QUIESCENCE, inFlight::set);
        if (quiescentAfter.isEmpty()) {
            progress.report(REPORTER,
                    "after %d minutes, %d checkouts, refunds, prepared transactions or moves of buckets are still in flight"
                            .formatted(QUIESCENCE.toMinutes(), inFlight.get()));
        }
        History history = reader.read();
        List<Anomaly> anomalies = HistoryChecker.check(history);
        Map<String, Long> states = history.statesOf(customer -> customer.startsWith(run + "-"));
        long length = plan.length().toMillis();
        return new ProofResult(plan.seed(), plan.perSecond(), length, injected, count, recorder.acceptedAtMs().size(),
                recorder.shedRequests(), recorder.givenUp(), recorder.retries(), states.getOrDefault("CONFIRMED", 0L),
                states.getOrDefault("REJECTED", 0L), recorder.longestGap(0, length),
                quiescentAfter.map(Duration::toMillis).orElse(null), anomalies, recorder.completedOrders(),
                recorder.acceptedAtMs());
    }
}
