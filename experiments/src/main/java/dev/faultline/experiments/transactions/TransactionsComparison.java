package dev.faultline.experiments.transactions;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

import dev.faultline.backing.Progress;
import dev.faultline.experiments.Spread;
import dev.faultline.experiments.TemporaryPostgres;
import dev.faultline.experiments.transactions.Load.Attempt;
import dev.faultline.experiments.transactions.TransactionsResult.Kill;
import dev.faultline.experiments.transactions.TransactionsResult.Run;
import dev.faultline.sharding.FixedShards;
import dev.faultline.sharding.ShardDatabases;

/** Reserves on two shards by two-phase commit and by a saga: under loads, and while a coordinator is killed. */
public final class TransactionsComparison {
    private static final List<Kind> KINDS = List.of(Kind.TWO_PHASE, Kind.SAGA);
    private static final int SOLD_OUT_PERCENT = 5;
    private static final int WARM_UP_RATE = 100;
    private static final Duration WARM_UP = Duration.ofSeconds(1);

    private final ShardDatabases databases;
    private final Plan plan;
    private final Progress progress;

    private TransactionsComparison(ShardDatabases databases, Plan plan, Progress progress) {
        this.databases = databases;
        this.plan = plan;
        this.progress = progress;
    }

    /**
     * What to run.
     *
     * @param rates              orders a second
     * @param hotPercents        how many of a hundred orders want the hot product
     * @param seconds            the length of a run; there is one for each rate, each percentage and both protocols
     * @param seed               the same seed gives the same orders
     * @param recoveryInterval   how often recovery looks for what a killed coordinator has left
     * @param coordinatorTimeout the age at which it takes a coordinator for dead
     */
    public record Plan(List<Integer> rates, List<Integer> hotPercents, Duration seconds, long seed,
            Duration recoveryInterval, Duration coordinatorTimeout) {
        public Plan {
            rates = List.copyOf(rates);
            hotPercents = List.copyOf(hotPercents);
        }

        /** Recovers as the services do. */
        public Plan(List<Integer> rates, List<Integer> hotPercents, Duration seconds, long seed) {
            this(rates, hotPercents, seconds, seed, FixedShards.RECOVERY_INTERVAL, FixedShards.COORDINATOR_TIMEOUT);
        }
    }

    /**
     * Starts two servers, and deletes them afterwards.
     *
     * @param directory of the servers' data, in a directory of its own
     * @throws dev.faultline.backing.FaultlineException if a server or a coordinator does not start
     */
    public static TransactionsResult run(Path directory, Plan plan, Progress progress) {
        return TemporaryPostgres.run(directory, 2, progress, databases -> {
            FixedShards.create(databases);
            return new TransactionsComparison(databases, plan, progress).run();
        });
    }

    private TransactionsResult run() {
        var began = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
        var runs = new ArrayList<Run>();
        Products products;
        try (var shards = FixedShards.open(TemporaryPostgres.DATABASE, databases, Kind.POOL_SIZE)) {
            products = Products.on(shards.shards());
            progress.report("warm-up", "%d orders a second by each".formatted(WARM_UP_RATE));
            KINDS.forEach(kind -> run(kind, shards, workload(products, 0), WARM_UP_RATE, WARM_UP));
            for (int rate : plan.rates) {
                for (int hot : plan.hotPercents) {
                    for (Kind kind : KINDS) {
                        Run run = run(kind, shards, workload(products, hot), rate, plan.seconds);
                        progress.report(kind.title(), "%d/s, %d %% hot: %.0f/s answered, p99 %s ms".formatted(rate,
                                hot, run.perSecond(), Spread.text(run.latency().p99())));
                        runs.add(run);
                    }
                }
            }
        }
        var killing = new KilledCoordinator(databases, workload(products, 0), new KilledCoordinator.Recovery(
                plan.recoveryInterval, plan.coordinatorTimeout), progress);
        List<Kill> kills = KINDS.stream().map(killing::run).toList();
        List<String> control = killing.control();
        progress.report("control", "killed a coordinator without a protocol; the checker found " + control.size()
                + " violations");
        return new TransactionsResult(began, Runtime.getRuntime().availableProcessors(), plan.seed, (int) plan.seconds
                .toSeconds(), Kind.POOL_SIZE, plan.coordinatorTimeout.toMillis(), runs, kills, control);
    }

    private Workload workload(Products products, int hotPercent) {
        return new Workload(plan.seed, products, hotPercent, SOLD_OUT_PERCENT);
    }

    private Run run(Kind kind, FixedShards shards, Workload workload, int rate, Duration length) {
        var warehouse = new Warehouse(shards.shards(), workload.products().received());
        warehouse.refill();
        var meters = new Meters();
        List<Attempt> attempts;
        int seenHalf;
        try (var half = new HalfReservations(databases)) {
            attempts = new Load(kind.over(shards.shards(), meters)).run(rate, length, workload::order);
            seenHalf = half.count();
        }
        complete(shards);
        List<String> violations = Ledger.read(shards.shards()).violations(warehouse.received(), Load.answers(attempts));
        return new Run(kind.title(), rate, workload.hotPercent(), attempts.size(), Load.count(attempts,
                Outcome.RESERVED), Load.count(attempts, Outcome.SOLD_OUT), Load.count(attempts, Outcome.NO_ANSWER), Load
                        .answeredPerSecond(attempts), Spread.of(Load.latency(attempts)), Spread.of(
                                meters.lockedMicros), meters.compensations.get(), seenHalf, Spread.of(
                                        meters.openMicros), violations);
    }

    /** What orders without an answer have left. */
    private static void complete(FixedShards shards) {
        shards.recover();
        try (var sagas = new SagaRecovery(shards.shards(), new Saga(shards.shards(), new Meters(), () -> {}))) {
            sagas.recover(Duration.ZERO);
        }
    }
}
