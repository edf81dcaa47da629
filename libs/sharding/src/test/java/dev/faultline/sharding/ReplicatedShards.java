package dev.faultline.sharding;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import dev.faultline.testing.ReplicatedPostgres;
import org.jspecify.annotations.Nullable;

/** Two shards, each a primary with a standby of its own, with numbered notes in their buckets. */
final class ReplicatedShards implements AutoCloseable {
    private static final AtomicInteger CREATED = new AtomicInteger();
    private static final Duration LONGEST_WAIT = Duration.ofMillis(100);

    final TwoShards two;
    final PooledShards shards;
    final ShardDatabases standbys;
    final ConsistentReads reads;

    ReplicatedShards(ReplicatedPostgres one, ReplicatedPostgres other) {
        String name = "notes_" + CREATED.incrementAndGet();
        String password = one.createDatabase(name).password();
        other.createDatabase(name);
        var properties = new ShardingProperties(List.of("shard-1=" + one.servers(), "shard-2=" + other.servers()),
                new ShardingProperties.Database(name, password, "", 8));
        two = new TwoShards(properties.databases());
        shards = two.shards();
        standbys = properties.replicas();
        reads = ConsistentReads.open("notes", two.pools, standbys, two.maps, LONGEST_WAIT, null);
    }

    /** The one note of a bucket gets a number; returns when that is committed. */
    void write(Bucket bucket, long number) {
        shards.transact(bucket, session -> session.jdbc().sql("""
                with updated as (update note set text = :number where bucket = :bucket returning 1)
                insert into note (text, bucket) select :number, :bucket where not exists (select from updated)""")
                .param("number", Long.toString(number)).param("bucket", bucket.number()).update());
    }

    /** The bucket's number, or 0. */
    long read(Reads request, Bucket bucket) {
        return request.of(bucket, session -> number(session, bucket), () -> shards.transact(bucket, session -> number(
                session, bucket)));
    }

    static long number(ShardSession session, Bucket bucket) {
        return session.jdbc().sql("select text::bigint from note where bucket = ?").param(bucket.number())
                .query(Long.class).optional().orElse(0L);
    }

    /** A client that sends back the token of its last answer. */
    final class Client {
        private final Consistency consistency;
        @Nullable String token;
        Reads.@Nullable Source last;

        Client(Consistency consistency) {
            this.consistency = consistency;
        }

        long read(Bucket bucket) {
            Reads request = reads.begin(consistency, token);
            long number = ReplicatedShards.this.read(request, bucket);
            accept(request);
            return number;
        }

        void write(Bucket bucket, long number) {
            Reads request = reads.begin(consistency, token);
            ReplicatedShards.this.write(bucket, number);
            request.wrote(bucket);
            accept(request);
        }

        boolean wasServedByAReplica() {
            return last != null && last.fromReplica();
        }

        private void accept(Reads request) {
            last = request.source().orElseThrow();
            token = last.token();
        }
    }

    @Override
    public void close() {
        reads.close();
        two.close();
    }
}
