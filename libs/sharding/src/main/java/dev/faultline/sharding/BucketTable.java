package dev.faultline.sharding;

import java.util.List;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

/**
 * A table whose rows move with their bucket, which is in the column {@code bucket}.
 *
 * @param key the columns of type text that identify a row
 * @param id a column in which every value begins with the bucket's {@link Bucket#code() code} and a dash, so that the
 *        bucket's rows are a range of its index; null if there is none, which needs an index on {@code bucket} unless the
 *        table is small
 * @param preparation a statement that the target executes before rows are inserted, and that takes them as an array of
 *        text; null if there is none
 */
public record BucketTable(String name, List<String> key, @Nullable String id, @Nullable String preparation) {

    public BucketTable {
        key = List.copyOf(key);
    }

    /** A table whose rows are found by the column {@code bucket}. */
    public static BucketTable named(String name, String... key) {
        return new BucketTable(name, List.of(key), null, null);
    }

    /** The same table, whose rows are found by the range of their ids. The column must sort as bytes do. */
    public BucketTable foundBy(String idColumn) {
        return new BucketTable(name, key, idColumn, preparation);
    }

    /** The same table, which needs to be prepared for the rows that it is going to receive. */
    public BucketTable preparedBy(String statement) {
        return new BucketTable(name, key, id, statement);
    }

    /** The condition of a bucket's rows, which takes {@link #parameters}. */
    String condition() {
        return id == null ? "bucket = ?" : "bucket = ? and " + id + " between ? and ?";
    }

    List<Object> parameters(Bucket bucket) {
        // "~" sorts after every digit of an id.
        return id == null ? List.of(bucket.number())
                : List.of(bucket.number(), bucket.code() + "-", bucket.code() + "-~");
    }

    String keyColumns() {
        return String.join(", ", key);
    }

    /** Takes an array for each column of the key. */
    String keyParameters() {
        return "(" + keyColumns() + ") in (select * from unnest("
                + key.stream().map(_ -> "?::text[]").collect(Collectors.joining(", ")) + "))";
    }
}
