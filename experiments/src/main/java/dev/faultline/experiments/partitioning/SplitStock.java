package dev.faultline.experiments.partitioning;

import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

import dev.faultline.sharding.BatchStatement;
import dev.faultline.sharding.Bucket;
import dev.faultline.sharding.Shards;

/**
 * Stock whose rows can be split: the units of a product are in one row, or in several that have a key each, and with it a
 * bucket. Thread-safe.
 */
final class SplitStock {
    /** For how long a transaction holds its row, besides the commit: it does other things than to take a unit. */
    static final int HOLDS_MS = 20;

    private static final BatchStatement<String, String> TAKE = new BatchStatement<>("""
            with taken as (
                update stock set available = available - 1, reserved = reserved + 1
                where sku = ? and available > 0 returning sku
            )
            select sku, pg_sleep(%d / 1000.0) from taken""".formatted(HOLDS_MS), items -> new Object[]{items
            .getFirst()}, row -> row.getString(1));

    private final Shards shards;

    SplitStock(Shards shards) {
        this.shards = shards;
    }

    /** The keys of a product's rows; one row has the product's name as its key. */
    static List<String> keys(String product, int parts) {
        return parts == 1 ? List.of(product) : IntStream.range(0, parts).mapToObj(part -> "%s/%02d".formatted(product,
                part)).toList();
    }

    void clear() {
        shards.names().forEach(shard -> shards.read(shard, jdbc -> jdbc.sql("truncate stock").update()));
    }

    /** Spreads the units evenly over the rows. */
    void receive(List<String> keys, int units) {
        for (int part = 0; part < keys.size(); part++) {
            int share = units / keys.size() + (part < units % keys.size() ? 1 : 0);
            String key = keys.get(part);
            shards.transact(Bucket.of(key), session -> session.jdbc().sql(
                    "insert into stock (sku, bucket, available, reserved) values (?, ?, ?, 0)").param(key).param(
                            Bucket.of(key).number()).param(share).update());
        }
    }

    /**
     * Takes a unit from any row: from one at random, or from the next that has one.
     *
     * @return whether there was one
     */
    boolean take(List<String> keys, RandomGenerator random) {
        int first = random.nextInt(keys.size());
        for (int i = 0; i < keys.size(); i++) {
            if (!shards.write(List.of(keys.get((first + i) % keys.size())), Bucket::of, TAKE).isEmpty()) {
                return true;
            }
        }
        return false;
    }

    /** @param reserved by orders */
    record Units(long available, long reserved) {}

    /** What each shard has, in name order. */
    List<Units> units() {
        return shards.readAll(jdbc -> jdbc.sql(
                "select coalesce(sum(available), 0), coalesce(sum(reserved), 0) from stock").query((row,
                        _) -> new Units(row.getLong(1), row.getLong(2))).single());
    }
}
