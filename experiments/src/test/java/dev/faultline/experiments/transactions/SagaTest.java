package dev.faultline.experiments.transactions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import dev.faultline.sharding.FixedShards;
import dev.faultline.sharding.ShardDatabase;
import dev.faultline.sharding.ShardDatabases;
import dev.faultline.sharding.ShardName;
import dev.faultline.testing.Postgres;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The saga that is compared is a correct one. */
@Tag("integration")
class SagaTest {
    private static FixedShards shards;
    private static Products products;
    private Warehouse warehouse;

    private static final class CoordinatorCrash extends RuntimeException {}

    @BeforeAll
    static void open() {
        var databases = new ShardDatabases(List.of(database("shard-1"), database("shard-2")));
        FixedShards.create(databases);
        shards = FixedShards.open("saga", databases, 8);
        products = Products.on(shards.shards());
    }

    private static ShardDatabase database(String shard) {
        var database = Postgres.shared().createDatabase();
        return new ShardDatabase(new ShardName(shard), database.jdbcUrl(), database.user(), database.password());
    }

    @AfterAll
    static void close() {
        shards.close();
    }

    @BeforeEach
    void refill() {
        warehouse = new Warehouse(shards.shards(), products.received());
        warehouse.refill();
    }

    private static Saga saga(Runnable betweenTheSteps) {
        return new Saga(shards.shards(), new Meters(), betweenTheSteps);
    }

    private static void recover() {
        try (var recovery = new SagaRecovery(shards.shards(), saga(() -> {}))) {
            recovery.recover(Duration.ZERO);
        }
    }

    private Reservation order(String name) {
        return new Reservation(name, products.single(), products.seconds().getFirst());
    }

    private void assertConsistent(Map<Reservation, Boolean> answers) {
        assertThat(Ledger.read(shards.shards()).violations(warehouse.received(), answers)).isEmpty();
    }

    @Test
    void returnsTheFirstProductIfTheSecondIsSoldOut() {
        var order = new Reservation("one", products.single(), products.soldOut());
        assertThat(saga(() -> {}).reserve(order)).isFalse();
        assertConsistent(Map.of(order, false));
        assertThat(saga(() -> {}).reserve(order("two"))).isTrue();
    }

    @Test
    void recoveryReturnsWhatADeadCoordinatorHasTaken() {
        assertThatExceptionOfType(CoordinatorCrash.class).isThrownBy(() -> saga(() -> {
            throw new CoordinatorCrash();
        }).reserve(order("one")));
        assertThat(saga(() -> {}).reserve(order("two"))).isFalse();
        recover();
        assertConsistent(Map.of(order("one"), false));
        assertThat(saga(() -> {}).reserve(order("three"))).isTrue();
    }

    @Test
    void aCoordinatorThatRecoveryHasGivenUpReservesNothing() {
        assertThat(saga(SagaTest::recover).reserve(order("one"))).isFalse();
        assertConsistent(Map.of(order("one"), false));
    }

    @Test
    void recoveryLeavesAConfirmedOrderAlone() {
        assertThat(saga(() -> {}).reserve(order("one"))).isTrue();
        recover();
        saga(() -> {}).giveUp(order("one"));
        assertConsistent(Map.of(order("one"), true));
    }

    @Test
    void staysConsistentWhileCoordinatorsCrashAndRecoveryRunsConcurrently() throws Exception {
        var answers = new ConcurrentHashMap<Reservation, Boolean>();
        // More wait longer for one of a shard's eight connections than they may, on a slow machine.
        try (var executor = Executors.newFixedThreadPool(32, Thread.ofVirtual().factory())) {
            var all = new ArrayList<Future<?>>();
            for (int number = 0; number < 300; number++) {
                int each = number;
                var order = new Reservation("ORDER-" + each, products.hot(), products.seconds().get(each % 5));
                all.add(executor.submit(() -> {
                    try {
                        answers.put(order, saga(() -> {
                            if (each % 3 == 0) {
                                throw new CoordinatorCrash();
                            }
                        }).reserve(order));
                    } catch (CoordinatorCrash e) {
                        recover();
                    }
                }));
            }
            for (Future<?> each : all) {
                each.get();
            }
            recover();
        }
        assertConsistent(answers);
        assertThat(answers.values()).contains(true);
    }
}
