package dev.faultline.sharding;

import static dev.faultline.sharding.TwoShards.ONE;
import static dev.faultline.sharding.TwoShards.TWO;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

import dev.faultline.testing.ReplicatedPostgres;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataAccessException;

/** Reads on real primaries and streaming standbys that lag. */
@Tag("integration")
class ConsistentReadsTest {
    private static final System.Logger LOG = System.getLogger(ConsistentReadsTest.class.getName());
    private static final Duration LOAD = Duration.ofSeconds(Long.getLong("faultline.test.consistency.seconds", 4));
    private static final int CLIENTS = 4;
    private static ReplicatedPostgres one;
    private static ReplicatedPostgres other;
    private ReplicatedShards replicated;
    private Bucket bucket;

    @BeforeAll
    static void start() {
        one = ReplicatedPostgres.start();
        other = ReplicatedPostgres.start();
    }

    @BeforeEach
    void open() {
        replicated = new ReplicatedShards(one, other);
        bucket = replicated.two.onOne;
    }

    @AfterEach
    void close() {
        one.primary().restore();
        resume();
        replicated.close();
    }

    private static void pause() {
        one.onStandby("select pg_wal_replay_pause()");
    }

    private static void resume() {
        one.onStandby("select pg_wal_replay_resume()");
    }

    private ReplicatedShards.Client client(Consistency consistency) {
        return replicated.new Client(consistency);
    }

    /** Writes, and waits until the replica has replayed that. */
    private void store(long number) {
        replicated.write(bucket, number);
        awaitOnReplica(number);
    }

    private void awaitOnReplica(long number) {
        await().atMost(Duration.ofSeconds(10)).pollInterval(Duration.ofMillis(5)).ignoreExceptions().until(() -> {
            var anyone = client(Consistency.EVENTUAL);
            return anyone.read(bucket) == number && anyone.wasServedByAReplica();
        });
    }

    @Test
    void aReplicaThatIsFarEnoughAnswersASession() {
        store(1);
        var client = client(Consistency.SESSION);
        assertThat(client.read(bucket)).isEqualTo(1);
        assertThat(client.wasServedByAReplica()).isTrue();
        client.write(bucket, 2);
        assertThat(client.read(bucket)).isEqualTo(2);
    }

    @Test
    void thePrimaryAnswersASessionWhoseWriteTheReplicaDoesNotReplayInTime() {
        store(1);
        pause();
        var client = client(Consistency.SESSION);
        client.write(bucket, 2);
        assertThat(client.read(bucket)).isEqualTo(2);
        assertThat(client.wasServedByAReplica()).isFalse();
        assertThat(client(Consistency.SESSION).read(bucket)).as("another client, which has seen nothing").isEqualTo(1);
    }

    @Test
    void aSessionWaitsForAReplicaThatIsALittleBehind() {
        store(1);
        one.onStandby("alter system set recovery_min_apply_delay = '30ms'");
        one.onStandby("select pg_reload_conf()");
        try {
            var client = client(Consistency.SESSION);
            client.write(bucket, 2);
            assertThat(client.read(bucket)).isEqualTo(2);
            assertThat(client.wasServedByAReplica()).isTrue();
        } finally {
            one.onStandby("alter system reset recovery_min_apply_delay");
            one.onStandby("select pg_reload_conf()");
        }
    }

    /** Each client writes its own bucket, and reads it and that of the next. */
    @Test
    void aSessionSeesItsWritesAndNeverGoesBack() throws Exception {
        var buckets = Objects.requireNonNull(replicated.two.maps.current().owners().get(ONE)).stream().limit(CLIENTS)
                .map(Bucket::new).toList();
        var replicas = new AtomicLong();
        var reads = new AtomicLong();
        underALaggingReplica(running -> {
            var clients = new ArrayList<Future<?>>();
            for (int i = 0; i < CLIENTS; i++) {
                Bucket own = buckets.get(i);
                Bucket others = buckets.get((i + 1) % CLIENTS);
                clients.add(running.start(() -> {
                    var client = client(Consistency.SESSION);
                    long written = 0;
                    long seen = 0;
                    while (running.goesOn()) {
                        if (ThreadLocalRandom.current().nextInt(4) == 0) {
                            client.write(own, ++written);
                        }
                        assertThat(client.read(own)).as("its own").isEqualTo(written);
                        replicas.addAndGet(client.wasServedByAReplica() ? 1 : 0);
                        long number = client.read(others);
                        assertThat(number).as("another's").isGreaterThanOrEqualTo(seen);
                        seen = number;
                        reads.addAndGet(2);
                    }
                }));
            }
            return clients;
        });
        LOG.log(System.Logger.Level.INFO, "session: {0} reads, of {1} own ones a replica answered {2}", reads,
                reads.get() / 2, replicas);
        assertThat(replicas).hasPositiveValue();
    }

    @Test
    void aStrongReadIsNeverStale() throws Exception {
        store(0);
        pause();
        var committed = new AtomicLong();
        var reads = new AtomicLong();
        long wanted = Long.getLong("faultline.test.consistency.strong-reads", 0);
        try (var running = new Load(wanted == 0 ? LOAD : Duration.ofHours(1))) {
            var writer = running.start(() -> {
                while (running.goesOn()) {
                    replicated.write(bucket, committed.get() + 1);
                    committed.incrementAndGet();
                }
            });
            var readers = new ArrayList<Future<?>>();
            for (int i = 0; i < CLIENTS; i++) {
                readers.add(running.start(() -> {
                    var client = client(Consistency.STRONG);
                    while (running.goesOn() && (wanted == 0 || reads.get() < wanted)) {
                        long before = committed.get();
                        assertThat(client.read(bucket)).isGreaterThanOrEqualTo(before);
                        reads.incrementAndGet();
                    }
                }));
            }
            for (var reader : readers) {
                reader.get();
            }
            running.stop();
            writer.get();
        }
        LOG.log(System.Logger.Level.INFO, "strong: {0} reads and {1} writes, no read was stale", reads, committed);
        assertThat(client(Consistency.EVENTUAL).read(bucket)).as("the replica lagged all the time").isZero();
    }

    /** All that was acknowledged so long ago is in the answer. */
    @Test
    void anEventualReadNeverSaysThatItIsFresherThanItIs() throws Exception {
        var acknowledged = new ConcurrentHashMap<Long, Long>();
        var oldest = new AtomicLong();
        var reads = new AtomicLong();
        underALaggingReplica(running -> {
            var clients = new ArrayList<Future<?>>();
            clients.add(running.start(() -> {
                for (long number = 1; running.goesOn(); number++) {
                    replicated.write(bucket, number);
                    acknowledged.put(number, System.nanoTime());
                }
            }));
            clients.add(running.start(() -> {
                var client = client(Consistency.EVENTUAL);
                while (running.goesOn()) {
                    long before = System.nanoTime();
                    long number = client.read(bucket);
                    var source = Objects.requireNonNull(client.last);
                    long staleness = Objects.requireNonNull(source.staleness()).toNanos();
                    Long next = acknowledged.get(number + 1);
                    assertThat(next == null ? Long.MAX_VALUE : next - (before - staleness)).isPositive();
                    oldest.accumulateAndGet(staleness, Math::max);
                    reads.addAndGet(source.fromReplica() ? 1 : 0);
                }
            }));
            return clients;
        });
        LOG.log(System.Logger.Level.INFO, "eventual: {0} reads of the replica, the oldest {1} ms", reads, oldest.get()
                / 1_000_000);
        assertThat(reads).hasPositiveValue();
        assertThat(Duration.ofNanos(oldest.get())).isGreaterThan(Duration.ofMillis(300));
    }

    /** The time since the last transaction would say that it is. */
    @Test
    void aReplicaIsNotStaleBecauseNothingIsWritten() {
        store(1);
        await().atMost(Duration.ofSeconds(10)).until(() -> one.onStandby(
                "select now() - pg_last_xact_replay_timestamp() > interval '3 seconds'").equals(Optional.of("t")));
        var client = client(Consistency.EVENTUAL);
        assertThat(client.read(bucket)).isEqualTo(1);
        assertThat(client.wasServedByAReplica()).isTrue();
        assertThat(Objects.requireNonNull(client.last).staleness()).isLessThan(Duration.ofSeconds(2));
    }

    @Test
    void aReplicaThatIsCutOffAnswersEventualReadsAndSaysHowOldItIsWhileStrongOnesFail() {
        store(1);
        one.primary().cut();
        assertThatExceptionOfType(DataAccessException.class).isThrownBy(() -> client(Consistency.STRONG).read(bucket));
        var client = client(Consistency.EVENTUAL);
        await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
            assertThat(client.read(bucket)).isEqualTo(1);
            assertThat(client.wasServedByAReplica()).isTrue();
            assertThat(Objects.requireNonNull(client.last).staleness()).isGreaterThan(Duration.ofSeconds(3));
        });
        var session = client(Consistency.SESSION);
        assertThat(session.read(bucket)).isEqualTo(1);
        one.primary().restore();
        await().atMost(Duration.ofSeconds(10)).ignoreExceptions()
                .until(() -> client(Consistency.STRONG).read(bucket) == 1);
    }

    @Test
    void aSessionIsNotAnsweredByAReplicaThatShowsABucketAsItWasBeforeItLeftAndCameBack() {
        store(1);
        var client = client(Consistency.SESSION);
        assertThat(client.read(bucket)).isEqualTo(1);
        pause();
        move(ONE, TWO, 2);
        client.write(bucket, 2);
        move(TWO, ONE, 3);
        assertThat(client.read(bucket)).isEqualTo(2);
        assertThat(client(Consistency.EVENTUAL).read(bucket)).as("its replica").isEqualTo(1);
    }

    private void move(ShardName from, ShardName to, long epoch) {
        replicated.two.sql(to).sql("delete from note where bucket = ?").param(bucket.number()).update();
        for (String note : replicated.two.notes(from)) {
            replicated.two.sql(to).sql("insert into note (text, bucket) values (?, ?)").params(note, bucket.number())
                    .update();
        }
        replicated.two.move(bucket, from, to);
        replicated.two.publishMove(bucket, to);
        assertThat(replicated.two.maps.current().epoch()).isEqualTo(epoch);
    }

    @Test
    void aReplicaDoesNotMixTwoStatesWhileABucketMoves() {
        store(1);
        Reads request = replicated.reads.begin(Consistency.EVENTUAL, null);
        long number = request.of(bucket, session -> {
            move(ONE, TWO, 2);
            replicated.two.sql(ONE).sql("delete from note").update();
            await().atMost(Duration.ofSeconds(10)).until(() -> isGoneOnReplica());
            return ReplicatedShards.number(session, bucket);
        }, () -> -1L);
        assertThat(number).isEqualTo(1);
    }

    private boolean isGoneOnReplica() {
        Replica replica = replicated.reads.replica(ONE).orElseThrow();
        return replica.any(Set.of(), session -> ReplicatedShards.number(session, bucket)).map(
                Replica.Answer::value).equals(Optional.of(0L));
    }

    @Test
    void thePrimaryAnswersWhatTheReplicaDoesNotOwn() {
        store(1);
        replicated.two.move(bucket, ONE, TWO);
        await().atMost(Duration.ofSeconds(10)).until(() -> replicated.reads.begin(Consistency.EVENTUAL, null)
                .of(bucket, _ -> "replica", () -> "primary").equals("primary"));
    }

    @Test
    void withoutStandbysThePrimaryAnswersAndSaysSo() {
        try (var two = new TwoShards()) {
            var reads = ConsistentReads.open("notes", two.pools, new ShardDatabases(List.of()), two.maps,
                    Duration.ZERO, null);
            Reads session = reads.begin(Consistency.SESSION, null);
            assertThat(session.<Integer>of(two.onOne, _ -> 2, () -> 1)).isEqualTo(1);
            assertThat(session.source().orElseThrow().fromReplica()).isFalse();
            assertThat(session.source().orElseThrow().token()).isNotNull();
            Reads eventual = reads.begin(Consistency.EVENTUAL, null);
            assertThat(eventual.<Integer>of(two.onOne, _ -> 2, () -> 1)).isEqualTo(1);
            assertThat(eventual.source()).contains(new Reads.Source(false, Duration.ZERO, null));
        }
    }

    /** As a standby that did not follow a promotion: it may be ahead of what the client has seen, and lack it. */
    @Test
    void aReplicaOnAnotherTimelineAnswersNoSession() {
        store(1);
        var start = new LogPosition(2, 0);
        var clock = new ReplicationClock(() -> start);
        clock.note();
        var pool = ShardPools.openReplica(replicated.standbys.all().getFirst(), null);
        try (var replica = new Replica(ONE, pool, clock, Duration.ZERO)) {
            Function<ShardSession, Long> query = session -> ReplicatedShards.number(session, bucket);
            assertThat(replica.first(Set.of(bucket), query)).isEmpty();
            assertThat(replica.after(start, Set.of(bucket), query)).isEmpty();
            assertThat(replica.after(new LogPosition(1, 0), Set.of(bucket), query)).as("of before").isEmpty();
            assertThat(replica.any(Set.of(bucket), query)).map(Replica.Answer::value).contains(1L);
        }
    }

    @Test
    void afterAPromotionThePrimaryAnswersSessions() {
        var failing = ReplicatedPostgres.start();
        try (var shards = new ReplicatedShards(failing, other)) {
            shards.write(bucket, 1);
            var client = shards.new Client(Consistency.SESSION);
            await().atMost(Duration.ofSeconds(10)).ignoreExceptions().until(() -> client.read(bucket) == 1 && client
                    .wasServedByAReplica());
            failing.primary().cut();
            failing.onStandby("select pg_promote()");
            await().atMost(Duration.ofSeconds(15)).ignoreExceptions().until(() -> client.read(bucket) == 1 && !client
                    .wasServedByAReplica());
            client.write(bucket, 2);
            assertThat(client.read(bucket)).isEqualTo(2);
            assertThat(SessionToken.parse(Objects.requireNonNull(client.token), "notes").positions().get(ONE))
                    .extracting(LogPosition::timeline).isEqualTo(2);
        }
    }

    private interface Clients {
        Iterable<Future<?>> start(Load running);
    }

    /** The replica stops replaying, and goes on, again and again. */
    private void underALaggingReplica(Clients clients) throws Exception {
        store(0);
        try (var lag = Executors.newSingleThreadScheduledExecutor(); var running = new Load(LOAD)) {
            var _ = lag.scheduleAtFixedRate(ConsistentReadsTest::pause, 100, 700, TimeUnit.MILLISECONDS);
            var _ = lag.scheduleAtFixedRate(ConsistentReadsTest::resume, 500, 700, TimeUnit.MILLISECONDS);
            for (Future<?> each : clients.start(running)) {
                each.get();
            }
            lag.shutdownNow();
        }
    }

    /** Threads that run for a time. */
    private static final class Load implements AutoCloseable {
        private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
        private final AtomicBoolean stopped = new AtomicBoolean();
        private final long end;

        Load(Duration duration) {
            this.end = System.nanoTime() + duration.toNanos();
        }

        Future<?> start(Runnable work) {
            return executor.submit(() -> {
                try {
                    work.run();
                } finally {
                    stopped.set(true); // or the others would go on after a failure
                }
            });
        }

        boolean goesOn() {
            return !stopped.get() && System.nanoTime() < end;
        }

        void stop() {
            stopped.set(true);
        }

        @Override
        public void close() {
            stop();
            executor.close();
        }
    }
}
