package dev.faultline.sharding;

import static dev.faultline.sharding.TwoShards.ONE;
import static dev.faultline.sharding.TwoShards.TWO;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.stream.Stream;

import dev.faultline.discovery.Consul;
import dev.faultline.discovery.FencingToken;
import dev.faultline.sharding.BucketMover.Step;
import dev.faultline.sharding.TwoPhaseCommit.CrashPoint;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("integration")
@Isolated("compares how long a bucket is locked with how long its move takes")
class ReshardingTest {
    private static final BucketTables TABLES = BucketTables.of(
            BucketTable.named("item", "id").foundBy("id"),
            BucketTable.named("counter", "owner", "name"), BucketTable.named("note", "text"));
    private static final int ITEMS = 1_200;
    private TwoShards two;
    private ShardPlans plans;

    /** Simulates a crash of the process that moves. */
    private static final class Crash extends RuntimeException {}

    @BeforeEach
    void open() {
        two = new TwoShards();
        var consul = dev.faultline.testing.Consul.shared();
        plans = new ShardPlans(new Consul(consul.host(), consul.port()), "test-" + UUID.randomUUID());
        for (ShardName shard : List.of(ONE, TWO)) {
            two.sql(shard).sql("""
                    create table item (id text collate "C" primary key, bucket int not null, body json, tags text[],
                        raw bytea, at timestamptz not null default now())""").update();
            two.sql(shard).sql("""
                    create table counter (owner text, name text, bucket int not null, value bigint not null,
                        primary key (owner, name))""").update();
        }
        fill(two.onOne, ONE);
        fill(two.alsoOnOne, ONE);
        fill(two.onTwo, TWO);
    }

    /** Values that a careless format would change. */
    private void fill(Bucket bucket, ShardName shard) {
        addItems(bucket, shard, 1, ITEMS);
        two.sql(shard).sql("insert into counter values (?, ?, ?, 0)")
                .params("customer, \"x\"", "of " + bucket.number(), bucket.number()).update();
    }

    private void addItems(Bucket bucket, ShardName shard, int first, int last) {
        two.sql(shard).sql("""
                insert into item (id, bucket, body, tags, raw)
                select :code || '-' || lpad(n::text, 6, '0'), :bucket,
                    case when n % 3 > 0 then ('{"a" :  "(b,\\"c\\",)\\\\ \\n", "n": 1.50, "a": ' || n || '}')::json end,
                    case when n % 2 > 0 then array['x,y', null, '', '{"}', E'tab\\t', '(' || n || ')'] end,
                    sha256(n::text::bytea)
                from generate_series(:first, :last) as n""").param("code", bucket.code()).param("bucket", bucket
                .number())
                .param("first", first).param("last", last).update();
    }

    @AfterEach
    void close() {
        two.close();
    }

    private Resharding resharding(BucketMover.Observer steps, TwoPhaseCommit.Observer commits) {
        return new Resharding(two.pools.byShard(), two.maps, plans,
                new BucketMover(two.pools.byShard(), TABLES, new TwoPhaseCommit("notes", commits), 1_000_000, steps));
    }

    private Resharding resharding() {
        return resharding(_ -> {}, _ -> {});
    }

    private static Supplier<Optional<FencingToken>> leader(long token) {
        return () -> Optional.of(new FencingToken(token));
    }

    /** Every row that a client would look for, and where it is. */
    private List<String> rows(Bucket bucket, ShardName shard) {
        var rows = new ArrayList<String>();
        for (BucketTable table : TABLES.all()) {
            rows.addAll(two.sql(shard).sql("select t::text from " + table.name() + " t where bucket = ? order by 1")
                    .param(bucket.number()).query(String.class).list());
        }
        return rows;
    }

    private SortedSet<Integer> owned(ShardName shard) {
        return new TreeSet<>(two.sql(shard).sql("select bucket from bucket_ownership").query(Integer.class).list());
    }

    /** Each bucket has one owner, which the map names; its rows are there and nowhere else. */
    private void assertThatEveryRowIsOnItsOwnerOnly() {
        assertThat(Collections.disjoint(owned(ONE), owned(TWO))).isTrue();
        for (ShardName shard : List.of(ONE, TWO)) {
            assertThat(two.maps.current().owners().get(shard)).isEqualTo(owned(shard));
            for (BucketTable table : TABLES.all()) {
                assertThat(two.sql(shard).sql("select distinct bucket from " + table.name()
                        + " where bucket not in (select bucket from bucket_ownership)").query(Integer.class).list())
                        .as("%s on %s", table.name(), shard).isEmpty();
            }
            assertThat(two.sql(shard).sql("select count(*) from bucket_copy").query(Integer.class).single()).isZero();
        }
        assertThat(two.inDoubtCount()).isZero();
    }

    @Test
    void movesEveryRowOfABucketAsItIsAndNoOther() {
        List<String> moving = rows(two.onOne, ONE);
        List<String> staying = rows(two.alsoOnOne, ONE);
        List<String> there = rows(two.onTwo, TWO);
        assertThat(resharding().move(two.onOne, TWO, false)).containsExactly(new BucketMove(two.onOne, ONE, TWO));
        assertThat(resharding().carryOut(leader(1))).isTrue();
        assertThat(rows(two.onOne, TWO)).hasSize(ITEMS + 1).isEqualTo(moving);
        assertThat(rows(two.alsoOnOne, ONE)).isEqualTo(staying);
        assertThat(rows(two.onTwo, TWO)).isEqualTo(there);
        assertThatEveryRowIsOnItsOwnerOnly();
        assertThat(two.maps.current().epoch()).isEqualTo(2);
        assertThat(resharding().movesAfter(1)).singleElement().satisfies(move -> {
            assertThat(move.bucket()).isEqualTo(two.onOne.number());
            assertThat(move.rowsCopied()).isEqualTo(ITEMS + 1);
            assertThat(move.rowsCopiedLocked()).isZero();
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {1_500, 10_000, 50_000})
    void locksABucketForAFractionOfTheTimeThatItsMoveTakes(int rows) {
        addItems(two.onOne, ONE, ITEMS + 1, rows);
        Resharding resharding = resharding();
        resharding.move(two.onOne, TWO, false);
        long begin = System.nanoTime();
        assertThat(resharding.carryOut(leader(1))).isTrue();
        double tookMs = (System.nanoTime() - begin) / 1e6;
        double pauseMs = resharding.movesAfter(0).getFirst().pauseMs();
        System.out.printf("a bucket of %,d rows moved in %.0f ms and was locked for %.1f ms%n", rows, tookMs, pauseMs);
        assertThat(pauseMs).isLessThan(tookMs / 3);
    }

    static Stream<Object> steps() {
        return Stream.concat(Stream.of(Step.values()), Stream.of(CrashPoint.values()));
    }

    /** Between the crash and the next leader, clients go on writing. */
    @ParameterizedTest
    @MethodSource("steps")
    void theNextLeaderGoesOnWhereTheMoverCrashed(Object step) {
        crash(step);
        change("between");
        Resharding successor = resharding();
        assertThat(successor.carryOut(leader(8))).isTrue();
        assertThatEveryRowIsOnItsOwnerOnly();
        assertThat(owned(TWO)).contains(two.onOne.number());
        assertThat(rows(two.onOne, TWO)).hasSize(ITEMS + 1).filteredOn(row -> row.contains("between")).hasSize(2);
        change("after");
        assertThat(rows(two.onOne, TWO)).hasSize(ITEMS + 1).filteredOn(row -> row.contains("after")).hasSize(2);
    }

    /** The move is no longer wanted, so its copy is deleted, or it is made and undone. */
    @ParameterizedTest
    @MethodSource("steps")
    void theNextLeaderGoesBackIfThePlanWasWithdrawn(Object step) {
        crash(step);
        change("between");
        Resharding successor = resharding();
        successor.move(two.onOne, ONE, false);
        assertThat(successor.carryOut(leader(8))).isTrue();
        assertThatEveryRowIsOnItsOwnerOnly();
        assertThat(owned(ONE)).contains(two.onOne.number());
        assertThat(rows(two.onOne, ONE)).hasSize(ITEMS + 1).filteredOn(row -> row.contains("between")).hasSize(2);
    }

    private void crash(Object step) {
        Resharding dying = resharding(reached -> crashAt(step, reached), reached -> crashAt(step, reached));
        dying.move(two.onOne, TWO, false);
        assertThatExceptionOfType(Crash.class).isThrownBy(() -> dying.carryOut(leader(7)));
        two.inDoubt().resolve(Duration.ZERO);
    }

    private static void crashAt(Object wanted, Object reached) {
        if (reached.equals(wanted)) {
            throw new Crash();
        }
    }

    /** Inserts a row, updates one and deletes one, where the bucket is now, whatever this instance's map says. */
    private void change(String tag) {
        two.maps.publish(() -> Ownership.read(two.pools.byShard()));
        String code = two.onOne.code();
        two.shards().transact(two.onOne, session -> session.jdbc().sql("""
                with added as (
                    insert into item (id, bucket, tags) values (:code || '-' || :tag, :bucket, array[:tag])
                ), gone as (
                    delete from item where id = (select max(id) from item where bucket = :bucket and tags is null)
                )
                update item set tags = array[:tag] where id = :code || '-000002'""").param("code", code)
                .param("tag", tag).param("bucket", two.onOne.number()).update());
    }

    @Test
    void aMoverThatWasReplacedChangesNothing() {
        Resharding old = resharding();
        crash(Step.COPIED);
        for (ShardName shard : List.of(ONE, TWO)) {
            two.sql(shard).sql("""
                    insert into fencing_token values ('bucket-mover', 8)
                    on conflict (role) do update set highest = 8""").update();
        }
        List<String> copied = rows(two.onOne, TWO);
        assertThatExceptionOfType(StaleLeaderException.class).isThrownBy(() -> old.carryOut(leader(7)));
        old.move(two.onOne, ONE, false);
        assertThatExceptionOfType(StaleLeaderException.class).as("dropping").isThrownBy(() -> old.carryOut(leader(7)));
        assertThat(rows(two.onOne, TWO)).isEqualTo(copied);
        assertThat(owned(ONE)).contains(two.onOne.number());
    }

    /** By a leader that read the map before the one before it made the move. */
    @Test
    void doesNotListAsACopyWhatTheTargetOwnsAlready() {
        var mover = new BucketMover(two.pools.byShard(), TABLES, new TwoPhaseCommit("notes"), 1_000_000, _ -> {});
        assertThatIllegalStateException().isThrownBy(() -> mover.move(new BucketMove(two.onTwo, ONE, TWO), 2,
                new FencingToken(8)));
        assertThatEveryRowIsOnItsOwnerOnly();
    }

    /** Two instances whose maps are stale after every move, which they learn from the refusal only. */
    @Test
    void clientsNoticeNothingWhileABucketMovesBackAndForth() throws Exception {
        int moves = 20;
        var stop = new AtomicBoolean();
        var longest = new AtomicLong();
        var refusals = new AtomicLong();
        Resharding resharding = resharding();
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Long>> clients = Stream.of("a", "b").map(client -> executor.submit(() -> {
                var shards = new PooledShards(two.pools.byShard(), new LaggingMaps(refusals), new TwoPhaseCommit(
                        "notes"));
                return countUp(shards, client, stop, longest);
            })).toList();
            for (int move = 1; move <= moves; move++) {
                resharding.move(two.onOne, move % 2 == 1 ? TWO : ONE, false);
                while (!resharding.carryOut(leader(1))) {
                    // the bucket was busy
                }
            }
            stop.set(true);
            long counted = 0;
            for (Future<Long> client : clients) {
                counted += client.get();
            }
            assertThat(two.sql(ONE).sql("select sum(value)::bigint from counter where owner = 'clients'")
                    .query(Long.class).single()).isEqualTo(counted);
            System.out.printf("%d moves, %d increments, %d refusals; longest call %.1f ms; pauses of %s ms%n", moves,
                    counted, refusals.get(), longest.get() / 1e6, resharding.movesAfter(0).stream()
                            .map(move -> "%.1f".formatted(move.pauseMs())).toList());
        }
        assertThat(refusals.get()).isPositive();
        assertThat(resharding.movesAfter(0)).hasSize(moves);
        assertThatEveryRowIsOnItsOwnerOnly();
    }

    /** By a transaction and by a batch in turn; each reads what it has written. Returns the last value. */
    private long countUp(PooledShards shards, String client, AtomicBoolean stop, AtomicLong longest) {
        var increment = new BatchStatement<String, Long>("""
                insert into counter as c values ('clients', ?, %d, 1) on conflict (owner, name)
                do update set value = c.value + 1 returning value""".formatted(two.onOne.number()),
                names -> names.toArray(), row -> row.getLong(1));
        var select = new BatchStatement<String, Long>(
                "select value from counter where owner = 'clients' and name = ?", names -> names.toArray(),
                row -> row.getLong(1));
        long value = 0;
        while (!stop.get()) {
            long begin = System.nanoTime();
            long stored = value % 2 == 0 ? shards.write(List.of(client), _ -> two.onOne, increment).getFirst()
                    : shards.transact(two.onOne, session -> increment.execute(session, List.of(client)).getFirst());
            assertThat(stored).isEqualTo(++value);
            assertThat(shards.read(List.of(client), _ -> two.onOne, select)).containsExactly(value);
            long read = shards.read(two.onOne, jdbc -> jdbc.sql("select value from counter where name = ?")
                    .param(client).query(Long.class).single());
            assertThat(read).isEqualTo(value);
            longest.accumulateAndGet(System.nanoTime() - begin, Math::max);
        }
        return value;
    }

    /** The map of an instance that Consul reaches only when it asks. */
    private final class LaggingMaps implements ShardMaps {
        private final AtomicLong refusals;
        private ShardMap known = two.maps.current();

        LaggingMaps(AtomicLong refusals) {
            this.refusals = refusals;
        }

        @Override
        public ShardMap current() {
            return known;
        }

        @Override
        public ShardMap awaitNewerThan(long epoch, Duration wait) {
            refusals.incrementAndGet();
            long deadline = System.nanoTime() + wait.toNanos();
            while (two.maps.current().epoch() <= epoch && System.nanoTime() < deadline) {
                LockSupport.parkNanos(100_000);
            }
            known = two.maps.current();
            return known;
        }

        @Override
        public ShardMap publish(Supplier<Ownership> ownership) {
            throw new AssertionError("the mover publishes the map");
        }
    }

    @Test
    void postponesABucketThatALongTransactionHoldsAndMovesTheOthers() throws Exception {
        var inTransaction = new CountDownLatch(1);
        var mayEnd = new CountDownLatch(1);
        Resharding resharding = resharding();
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> writer = executor.submit(() -> two.shards().transact(two.onOne, session -> {
                inTransaction.countDown();
                try {
                    mayEnd.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                return session;
            }));
            inTransaction.await();
            try {
                resharding.move(two.onOne, TWO, false);
                resharding.move(two.alsoOnOne, TWO, false);
                assertThat(resharding.carryOut(leader(1))).isFalse();
                assertThat(owned(TWO)).contains(two.alsoOnOne.number()).doesNotContain(two.onOne.number());
            } finally {
                mayEnd.countDown();
            }
            writer.get();
        }
        assertThat(resharding.carryOut(leader(1))).isTrue();
        assertThat(owned(TWO)).contains(two.alsoOnOne.number(), two.onOne.number());
        assertThatEveryRowIsOnItsOwnerOnly();
    }

    @Test
    void drainsAShardAndRebalances() {
        Resharding resharding = resharding();
        int owned = owned(TWO).size();
        assertThat(resharding.drain(TWO, true)).hasSize(owned);
        assertThat(resharding.state().pending()).as("dry run").isEmpty();
        assertThat(resharding.drain(TWO, false)).hasSize(owned);
        assertThat(resharding.carryOut(leader(1))).isTrue();
        assertThat(owned(TWO)).isEmpty();
        assertThatEveryRowIsOnItsOwnerOnly();
        assertThat(resharding.rebalance(false)).hasSize(owned);
        assertThat(resharding.state().pending()).hasSize(owned);
        assertThat(resharding.carryOut(leader(1))).isTrue();
        assertThat(resharding.state().pending()).isEmpty();
        assertThat(two.maps.current().byBucket()).isEqualTo(ShardMap.initial(List.of(ONE, TWO)).byBucket());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> resharding.move(two.onOne, new ShardName("shard-9"), false))
                .withMessageContaining("there is no shard shard-9");
    }
}
