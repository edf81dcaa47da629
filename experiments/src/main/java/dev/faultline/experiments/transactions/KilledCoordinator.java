package dev.faultline.experiments.transactions;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

import dev.faultline.backing.FaultlineException;
import dev.faultline.backing.Polling;
import dev.faultline.backing.Progress;
import dev.faultline.experiments.TemporaryPostgres;
import dev.faultline.experiments.transactions.Load.Attempt;
import dev.faultline.experiments.transactions.TransactionsResult.Buyer;
import dev.faultline.experiments.transactions.TransactionsResult.Kill;
import dev.faultline.sharding.FixedShards;
import dev.faultline.sharding.ShardDatabases;
import dev.faultline.sharding.ShardName;
import dev.faultline.sharding.Shards;

/** Kills a coordinator halfway, under load, and sees what that blocks until recovery completes its order. */
final class KilledCoordinator {
    private static final int VICTIM = 0;
    private static final int OTHERS_PER_SECOND = 40;
    private static final int SAME_PER_SECOND = 2;
    private static final Duration BEFORE = Duration.ofSeconds(1);
    private static final Duration AFTER = Duration.ofSeconds(2);

    private final ShardDatabases databases;
    private final Workload workload;
    private final Recovery recovery;
    private final Progress progress;

    /** How a service recovers. */
    record Recovery(Duration interval, Duration coordinatorTimeout) {}

    KilledCoordinator(ShardDatabases databases, Workload workload, Recovery recovery, Progress progress) {
        this.databases = databases;
        this.workload = workload;
        this.recovery = recovery;
        this.progress = progress;
    }

    private Reservation victim() {
        return workload.orderForTheSingle(VICTIM);
    }

    /** Without load and without recovery: returns what the checker finds. */
    List<String> control() {
        try (var shards = FixedShards.open(TemporaryPostgres.DATABASE, databases, 1)) {
            var warehouse = new Warehouse(shards.shards(), workload.products().received());
            warehouse.refill();
            try (var coordinator = CoordinatorProcess.start(Kind.UNPROTECTED, databases, victim())) {
                coordinator.goHalfway();
                coordinator.kill();
            }
            return Ledger.read(shards.shards()).violations(warehouse.received(), Map.of());
        }
    }

    Kill run(Kind kind) {
        try (var shards = FixedShards.open(TemporaryPostgres.DATABASE, databases, Kind.POOL_SIZE);
                var sagas = new SagaRecovery(shards.shards(), new Saga(shards.shards(), new Meters(), () -> {}))) {
            var warehouse = new Warehouse(shards.shards(), workload.products().received());
            warehouse.refill();
            shards.recoverEvery(recovery.interval, recovery.coordinatorTimeout);
            sagas.every(recovery.interval, recovery.coordinatorTimeout);
            return underLoad(kind, shards.shards(), warehouse);
        }
    }

    private Kill underLoad(Kind kind, Shards shards, Warehouse warehouse) {
        Duration length = BEFORE.plus(recovery.coordinatorTimeout).plus(recovery.interval).plus(AFTER);
        var load = new Load(kind.over(shards, new Meters()));
        // The observer does not compete for connections.
        try (var coordinator = CoordinatorProcess.start(kind, databases, victim());
                var observer = FixedShards.open(TemporaryPostgres.DATABASE, databases, 1);
                var half = new HalfReservations(databases);
                var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            var others = CompletableFuture.supplyAsync(() -> load.run(OTHERS_PER_SECOND, length, workload::order),
                    executor);
            Polling.sleep(BEFORE);
            coordinator.goHalfway();
            var same = CompletableFuture.supplyAsync(() -> load.run(SAME_PER_SECOND, length.minus(BEFORE),
                    number -> workload.orderForTheSingle(VICTIM + 1 + number)), executor);
            coordinator.kill();
            long killed = System.nanoTime();
            double lockedUntil = lockedBy(observer.shards()).map(gid -> lastTime(killed, () -> isPrepared(observer
                    .shards(), gid))).orElse(0.0);
            double recovered = Math.max(lockedUntil, lastTime(killed, () -> isSagaUnfinished(observer.shards())));
            progress.report(kind.title(), "killed its coordinator halfway; recovered after %.1f s".formatted(recovered
                    / 1e3));
            return result(kind, killed, lockedUntil, recovered, same.join(), others.join(), shards, warehouse, half);
        }
    }

    private Kill result(Kind kind, long killed, double lockedUntil, double recovered, List<Attempt> same,
            List<Attempt> others, Shards shards, Warehouse warehouse, HalfReservations half) {
        var answers = new HashMap<>(Load.answers(same));
        answers.putAll(Load.answers(others));
        List<String> violations = Ledger.read(shards).violations(warehouse.received(), answers);
        return new Kill(kind.title(), lockedUntil, recovered, half.milliseconds(victim().order()), buyers(same, killed),
                buyers(
                        others, killed), violations);
    }

    private static List<Buyer> buyers(List<Attempt> attempts, long killed) {
        return attempts.stream().map(attempt -> new Buyer((attempt.due() - killed) / 1e6, (attempt.ended() - killed)
                / 1e6, attempt.outcome())).toList();
    }

    /** The prepared transaction that locks the row of the single unit. */
    private Optional<String> lockedBy(Shards shards) {
        return shards.read(shardOfTheSingle(shards), jdbc -> jdbc.sql(
                "select gid from stock join pg_prepared_xacts on transaction = stock.xmax where sku = ?").param(workload
                        .products().single()).query(String.class).optional());
    }

    private boolean isPrepared(Shards shards, String gid) {
        return shards.read(shardOfTheSingle(shards), jdbc -> jdbc.sql(
                "select exists (select from pg_prepared_xacts where gid = ?)").param(gid).query(Boolean.class)
                .single());
    }

    private boolean isSagaUnfinished(Shards shards) {
        return shards.read(shardOfTheSingle(shards), jdbc -> jdbc.sql(
                "select exists (select from saga where order_id = ? and state in ('RESERVING', 'COMPENSATING'))")
                .param(victim().order()).query(Boolean.class).single());
    }

    private ShardName shardOfTheSingle(Shards shards) {
        return shards.shardOf(Reservation.bucket(workload.products().single()));
    }

    /** When the condition held for the last time, in milliseconds since the kill: not later than it really did. */
    private double lastTime(long killed, BooleanSupplier condition) {
        var last = new AtomicLong(killed);
        Duration atMost = recovery.coordinatorTimeout.plus(recovery.interval).plusSeconds(15);
        boolean ended = Polling.until(atMost, () -> {
            long now = System.nanoTime();
            if (condition.getAsBoolean()) {
                last.set(now);
                return false;
            }
            return true;
        });
        if (!ended) {
            throw new FaultlineException("The order of the killed coordinator was not completed within " + atMost
                    .toSeconds() + " s.");
        }
        return (last.get() - killed) / 1e6;
    }
}
