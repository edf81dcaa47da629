package dev.faultline.sharding;

import java.util.List;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;

import dev.faultline.sharding.BucketMover.Step;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Makes the rows of a bucket on one shard as they are on another, or deletes them, chunk by chunk. What has been done is not
 * remembered: a copy goes on with what is different.
 */
final class BucketCopy {
    private static final int CHUNK = 500;

    private final BucketTables tables;
    private final Bucket bucket;
    private final Pace pace;

    /** @param pace after each chunk */
    BucketCopy(BucketTables tables, Bucket bucket, Pace pace) {
        this.tables = tables;
        this.bucket = bucket;
        this.pace = pace;
    }

    /** Waits after some rows were changed. */
    interface Pace {
        void after(Step step, int rows);
    }

    /** In which the rows of a chunk are changed; returns how many were. */
    interface Transaction {
        int run(ToIntFunction<JdbcClient> change);
    }

    /**
     * One round: finds what is different, and changes it at the target.
     *
     * @return how many rows were different
     */
    long run(JdbcClient source, JdbcClient target, Transaction transaction) {
        return BucketRows.of(tables, bucket).mapToLong(rows -> run(rows, source, target, transaction)).sum();
    }

    private long run(BucketRows rows, JdbcClient source, JdbcClient target, Transaction transaction) {
        BucketRows.Difference difference = rows.difference(source, target);
        chunks(difference.changed()).forEach(keys -> {
            List<String> texts = rows.read(source, keys);
            transaction.run(session -> rows.replace(session, keys, texts));
            pace.after(Step.PARTLY_COPIED, keys.size());
        });
        chunks(difference.gone()).forEach(keys -> {
            transaction.run(session -> rows.delete(session, keys));
            pace.after(Step.PARTLY_COPIED, keys.size());
        });
        return difference.size();
    }

    private static <T> List<List<T>> chunks(List<T> all) {
        return IntStream.range(0, (all.size() + CHUNK - 1) / CHUNK)
                .mapToObj(chunk -> all.subList(chunk * CHUNK, Math.min(all.size(), (chunk + 1) * CHUNK))).toList();
    }

    /** Deletes the bucket's rows. */
    void delete(Transaction transaction) {
        BucketRows.of(tables, bucket).forEach(rows -> {
            int deleted;
            do {
                deleted = transaction.run(session -> rows.deleteSome(session, CHUNK));
                pace.after(Step.PARTLY_DROPPED, deleted);
            } while (deleted == CHUNK);
        });
    }
}
