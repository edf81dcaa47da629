package dev.faultline.sharding;

import static dev.faultline.sharding.TwoShards.ONE;
import static dev.faultline.sharding.TwoShards.TWO;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;

import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

@Tag("integration")
class OwnershipTest {
    @AutoClose private final TwoShards two = new TwoShards();

    private void note(PooledShards shards, Bucket bucket) {
        shards.transact(bucket, session -> session.jdbc().sql("insert into note (text, bucket) values ('a', ?)")
                .param(bucket.number()).update());
    }

    /** As while the two commits of a move are in doubt. */
    @Test
    void rejectsAWriterOfABucketThatNoShardOwns() {
        two.sql(ONE).sql("delete from bucket_ownership where bucket = ?").param(two.onOne.number()).update();
        assertThatExceptionOfType(BucketMovedException.class).isThrownBy(() -> note(two.shards(), two.onOne))
                .withMessageContaining("shard-1 does not own").withMessageContaining("" + two.onOne.number());
        assertThat(two.notes(ONE)).isEmpty();
    }

    @Test
    void followsABucketThatMoved() {
        two.move(two.onOne, ONE, TWO);
        two.maps.onAwaitNewer = () -> two.publishMove(two.onOne, TWO);
        note(two.shards(), two.onOne);
        assertThat(two.notes(ONE)).isEmpty();
        assertThat(two.notes(TWO)).containsExactly("a");
    }

    @Test
    void findsOutWhereABucketIsThatMovedWithoutANewMap() {
        two.move(two.onOne, ONE, TWO);
        note(two.shards(), two.onOne);
        assertThat(two.notes(ONE)).isEmpty();
        assertThat(two.notes(TWO)).containsExactly("a");
        assertThat(two.maps.current().owners().get(TWO)).contains(two.onOne.number());
    }

    @Test
    void readsNothingFromAShardThatHasTheRowsOfABucketAndDoesNotOwnIt() {
        note(two.shards(), two.onOne);
        var query = new BatchStatement<Bucket, String>("select text from note where bucket = any(?)",
                buckets -> new Object[]{buckets.stream().map(Bucket::number).toArray(Integer[]::new)},
                row -> row.getString(1));
        assertThat(two.shards().read(List.of(two.onOne), bucket -> bucket, query)).containsExactly("a");
        two.move(two.onOne, ONE, TWO);
        assertThat(two.shards().read(List.of(two.onOne), bucket -> bucket, query)).as("a batch").isEmpty();
        two.move(two.onOne, TWO, ONE);
        assertThat(two.shards().read(two.onOne, OwnershipTest::notes)).containsExactly("a");
        two.move(two.onOne, ONE, TWO);
        assertThat(two.shards().read(two.onOne, OwnershipTest::notes)).as("one bucket").isEmpty();
    }

    private static List<String> notes(JdbcClient jdbc) {
        return jdbc.sql("select text from note").query(String.class).list();
    }

    @Test
    void locksABucketAgainstMovesUntilTheTransactionEnds() throws Exception {
        var inTransaction = new CountDownLatch(1);
        var mayEnd = new CountDownLatch(1);
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            var writer = executor.submit(() -> two.shards().transact(two.onOne, session -> {
                inTransaction.countDown();
                try {
                    mayEnd.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                return session.jdbc().sql("insert into note (text) values ('a')").update();
            }));
            inTransaction.await();
            // A bucket mover takes the same lock exclusively.
            boolean free = two.sql(ONE).sql("select pg_try_advisory_lock(1024, ?)").param(two.onOne.number())
                    .query(Boolean.class).single();
            mayEnd.countDown();
            assertThat(writer.get()).isEqualTo(1);
            assertThat(free).isFalse();
        }
    }

    @Test
    void appliesABatchOnEveryShardOfItsItems() {
        assertThat(write(new Note("a", two.onOne), new Note("b", two.onTwo), new Note("c", two.onOne)))
                .containsExactlyInAnyOrder("a", "b", "c");
        assertThat(two.notes(ONE)).containsExactly("a", "c");
        assertThat(two.notes(TWO)).containsExactly("b");
    }

    @Test
    void repeatsABatchWhoseBucketMovedWhereItLivesNow() {
        two.move(two.onOne, ONE, TWO);
        two.maps.onAwaitNewer = () -> two.publishMove(two.onOne, TWO);
        assertThat(write(new Note("a", two.onOne), new Note("b", two.onTwo))).containsExactlyInAnyOrder("a", "b");
        assertThat(two.notes(ONE)).isEmpty();
        assertThat(two.notes(TWO)).containsExactly("a", "b");
    }

    @Test
    void appliesNothingOfABatchOnAShardThatDoesNotOwnOneOfItsBuckets() {
        two.sql(ONE).sql("delete from bucket_ownership where bucket = ?").param(two.onOne.number()).update();
        assertThatExceptionOfType(BucketMovedException.class)
                .isThrownBy(() -> write(new Note("a", two.alsoOnOne), new Note("b", two.onOne)))
                .withMessageContaining("shard-1 does not own").withMessageContaining("" + two.onOne.number());
        assertThat(two.notes(ONE)).isEmpty();
    }

    private record Note(String text, Bucket bucket) {}

    private List<String> write(Note... notes) {
        return two.shards().write(List.of(notes), Note::bucket, new BatchStatement<>(
                "insert into note (text, bucket) select * from unnest(?::text[], ?::int[]) returning text",
                batch -> new Object[]{batch.stream().map(Note::text).toArray(String[]::new),
                    batch.stream().mapToInt(note -> note.bucket().number()).toArray()}, row -> row.getString(1)));
    }

    @Test
    void rejectsADatabaseThatBelongsToAnotherShard() {
        ShardDatabase one = two.databases.all().getFirst();
        var mistaken = new ShardDatabase(TWO, one.jdbcUrl(), one.user(), one.password());
        assertThatIllegalStateException().isThrownBy(() -> ShardSchema.claim(mistaken, two.maps.current()))
                .withMessageContaining("belongs to shard-1, not to shard-2");
    }
}
