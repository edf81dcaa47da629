package dev.faultline.inventory;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import dev.faultline.contracts.Sku;
import dev.faultline.inventory.stock.GoodsReceipt;
import dev.faultline.inventory.stock.ReceiptId;
import dev.faultline.inventory.stock.StockLevel;
import dev.faultline.inventory.stock.StockLevels;
import dev.faultline.inventory.stock.jdbc.StockQueries;
import dev.faultline.sharding.Bucket;
import dev.faultline.sharding.Reads;
import dev.faultline.sharding.ShardName;
import dev.faultline.sharding.Shards;

/** SKUs that no other test uses, on a given shard. */
public record Goods(Shards shards, StockLevels levels, StockQueries queries) {
    public static final ShardName ONE = new ShardName("shard-1");
    public static final ShardName TWO = new ShardName("shard-2");
    private static final AtomicInteger names = new AtomicInteger();

    public String unknown(ShardName shard) {
        return Stream.generate(() -> "GOODS-" + names.incrementAndGet())
                .filter(sku -> shards.shardOf(Bucket.of(sku)).equals(shard)).findFirst().orElseThrow();
    }

    public String received(ShardName shard, int quantity) {
        String sku = unknown(shard);
        levels.receive(new GoodsReceipt(new ReceiptId("first"), new Sku(sku), quantity));
        return sku;
    }

    public StockLevel level(String sku) {
        return queries.level(new Sku(sku), Reads.BY_DEFAULT).orElseThrow();
    }

    public int available(String sku) {
        return level(sku).available();
    }

    /** Asserts that the stock equals receipts minus reservations, and that no transaction is in doubt. */
    public void assertConsistent(String... skus) {
        for (String sku : skus) {
            int received = sum("select coalesce(sum(quantity), 0) from goods_receipt where sku = ?", sku);
            int reserved = sum(
                    "select coalesce(sum(quantity), 0) from reservation where sku = ? and status = 'RESERVED'", sku);
            assertThat(level(sku)).isEqualTo(new StockLevel(new Sku(sku), received - reserved, reserved));
        }
        assertThat(shards.readAll(jdbc -> jdbc.sql("""
                select count(*) from pg_prepared_xacts where database = current_database()""").query(Integer.class)
                .single())).containsOnly(0);
    }

    private int sum(String query, String sku) {
        return shards.read(Bucket.of(sku), jdbc -> jdbc.sql(query).param(sku).query(Integer.class).single());
    }
}
