package dev.faultline.verification.bench;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import java.util.function.Supplier;

import dev.faultline.backing.FaultlineException;
import dev.faultline.backing.Polling;
import dev.faultline.backing.Progress;
import dev.faultline.local.LocalCluster;
import dev.faultline.verification.client.PlatformClient;
import dev.faultline.verification.load.LoadGenerator;
import dev.faultline.verification.load.LoadOrders;
import dev.faultline.verification.local.LocalTarget;
import dev.faultline.verification.reading.HistoryReader;

/** Finds the highest sustained rate, and measures what an order costs at fractions of it. */
public final class BenchRun {
    private static final List<Integer> PERCENTAGES = List.of(25, 50, 100);
    private static final int FIRST_RATE = 50;
    private static final Duration READY = Duration.ofSeconds(60);
    private static final Duration QUIESCENCE = Duration.ofMinutes(3);
    /** Until idle server processes have reported their statistics. */
    private static final Duration STATISTICS = Duration.ofSeconds(11);

    private final LocalCluster cluster;
    private final Progress progress;
    private final Queue<String> unfinished = new ConcurrentLinkedQueue<>();

    public BenchRun(LocalCluster cluster, Progress progress) {
        this.cluster = cluster;
        this.progress = progress;
    }

    /**
     * What to run.
     *
     * @param rate    orders a second; 0 to search the highest sustained rate, up to {@code maxRate}
     * @param warmUp  may be zero
     * @param trial   the length of a trial of the search
     * @param seconds the length of a measurement
     */
    public record Plan(int rate, int maxRate, Duration warmUp, Duration trial, Duration seconds) {

        private int warmUpRate() {
            return rate > 0 ? rate : Math.min(FIRST_RATE, maxRate);
        }
    }

    /** What has not been finished yet, in the order of the run; for another thread. */
    public List<String> unfinished() {
        return List.copyOf(unfinished);
    }

    /** @throws FaultlineException if the platform is not running, stays busy, or sustains no rate */
    public BenchResult run(Plan plan) {
        var began = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
        unfinished.add("the warm-up");
        unfinished.add("the search");
        PERCENTAGES.forEach(percent -> unfinished.add(percent + " %"));
        return inSession(session -> {
            session.warmUp(plan);
            unfinished.remove();
            var trials = new ArrayList<Trial>();
            int rate = plan.rate() > 0 ? plan.rate() : session.search(plan, trials);
            unfinished.remove();
            var measurements = new ArrayList<Measurement>();
            for (int percent : PERCENTAGES) {
                measurements.add(session.measure(percent, Math.max(1, rate * percent / 100), plan.seconds()));
                unfinished.remove();
            }
            return new BenchResult(began, Runtime.getRuntime().availableProcessors(), rate, plan.rate() == 0,
                    (int) plan.seconds().toSeconds(), trials, measurements);
        });
    }

    /** Measures at the plan's rate only, which must not be 0. */
    public Measurement measureOnce(Plan plan) {
        return inSession(session -> {
            session.warmUp(plan);
            return session.measure(100, plan.rate(), plan.seconds());
        });
    }

    private <T> T inSession(Function<Session, T> work) {
        cluster.requireRunning();
        var proc = new ProcFs();
        if (!proc.isAvailable()) {
            progress.report("bench", "CPU times and context switches are not measured: they need Linux's /proc");
        }
        try (var platform = new PlatformClient(new LocalTarget(cluster)); var sampler = new Sampler(cluster, proc)) {
            return work.apply(new Session(new LoadOrders(platform, "bench"), sampler));
        }
    }

    /** The loads of one run. */
    private final class Session {
        private final LoadOrders orders;
        private final Sampler sampler;
        private final HistoryReader reader = new HistoryReader(new LocalTarget(cluster));
        private int loads;

        Session(LoadOrders orders, Sampler sampler) {
            this.orders = orders;
            this.sampler = sampler;
        }

        void warmUp(Plan plan) {
            if (plan.warmUp().isZero()) {
                return;
            }
            progress.report("warm-up", "%d orders a second for %d s".formatted(plan.warmUpRate(), plan.warmUp()
                    .toSeconds()));
            var _ = load(plan.warmUpRate(), plan.warmUp()).get();
            awaitQuiescence();
        }

        int search(Plan plan, List<Trial> trials) {
            progress.report("search", "for the highest rate with every order confirmed and p99 under %.0f s: trials of"
                    .formatted(Trial.MOST_P99_MS / 1e3) + " %d s, to within %.0f %%".formatted(plan.trial().toSeconds(),
                            RateSearch.RESOLUTION * 100));
            return new RateSearch(rate -> trial(rate, plan.trial(), trials)).highest(plan.warmUpRate(), plan.maxRate())
                    .orElseThrow(() -> new FaultlineException("The platform does not sustain one order a second; the"
                            + " last trial: " + trials.getLast() + ". See ./faultline status."));
        }

        private boolean trial(int rate, Duration length, List<Trial> trials) {
            var trial = Trial.of(rate, load(rate, length).get());
            trials.add(trial);
            progress.report("trial", "%4d/s  %s  %s".formatted(rate, trial.sustained() ? "ok  " : "FAIL", trial));
            awaitQuiescence();
            return trial.sustained();
        }

        Measurement measure(int percent, int rate, Duration length) {
            Supplier<LoadGenerator.Result> load = load(rate, length);
            Polling.sleep(STATISTICS);
            Measurement measurement = sampler.measure(percent, rate, load);
            progress.report("measurement", "%4d/s  %3d %%  %s".formatted(rate, percent, measurement.load()));
            awaitQuiescence();
            return measurement;
        }

        /** Receives the stock for a load, which the result runs. */
        private Supplier<LoadGenerator.Result> load(int rate, Duration length) {
            String phase = "-" + ++loads;
            if (!Polling.until(READY, () -> hasStock(phase, rate * (int) length.toSeconds()))) {
                throw new FaultlineException("The platform did not respond within " + READY.toSeconds()
                        + " seconds. See ./faultline status.");
            }
            return () -> orders.generator(phase).run(rate, length, _ -> {});
        }

        /** Fails while the gateway has not discovered every service yet. */
        private boolean hasStock(String phase, int count) {
            try {
                orders.stock(phase, count);
                return true;
            } catch (FaultlineException e) {
                return false;
            }
        }

        private void awaitQuiescence() {
            if (reader.awaitQuiescence(QUIESCENCE, _ -> {}).isEmpty()) {
                throw new FaultlineException("After " + QUIESCENCE.toMinutes() + " minutes, " + reader.inFlight()
                        + " checkouts, refunds, prepared transactions or moves of buckets are still in flight. See ./faultline status.");
            }
        }
    }
}
