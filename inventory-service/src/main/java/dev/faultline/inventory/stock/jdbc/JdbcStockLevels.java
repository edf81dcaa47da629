package dev.faultline.inventory.stock.jdbc;

import java.util.Optional;

import dev.faultline.contracts.Sku;
import dev.faultline.inventory.stock.GoodsReceipt;
import dev.faultline.inventory.stock.ReceiptConflictException;
import dev.faultline.inventory.stock.StockLevel;
import dev.faultline.inventory.stock.StockLevels;
import dev.faultline.sharding.Bucket;
import dev.faultline.sharding.Shards;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** {@link StockLevels} in the tables {@code stock} and {@code goods_receipt}. */
@Repository
class JdbcStockLevels implements StockLevels {
    private final Shards shards;

    JdbcStockLevels(Shards shards) {
        this.shards = shards;
    }

    @Override
    public StockLevel receive(GoodsReceipt receipt) {
        var bucket = Bucket.of(receipt.sku().value());
        return shards.transact(bucket, session -> receive(session.jdbc(), receipt, bucket));
    }

    /** Creates the SKU's row if necessary and locks it first, so that receipts with the same id are serialized. */
    private static StockLevel receive(JdbcClient jdbc, GoodsReceipt receipt, Bucket bucket) {
        String sku = receipt.sku().value();
        jdbc.sql("insert into stock (sku, bucket, available, reserved) values (?, ?, 0, 0) on conflict do nothing")
                .param(sku).param(bucket.number()).update();
        StockLevel level = level(jdbc, "select available, reserved from stock where sku = ? for update", receipt.sku())
                .orElseThrow();
        Optional<Integer> before = jdbc.sql("select quantity from goods_receipt where sku = ? and receipt_id = ?")
                .param(sku).param(receipt.id().value()).query(Integer.class).optional();
        if (before.isPresent()) {
            if (before.get() != receipt.quantity()) {
                throw new ReceiptConflictException(receipt, before.get());
            }
            return level;
        }
        StockLevel after = level.plus(receipt.quantity());
        jdbc.sql("insert into goods_receipt (sku, receipt_id, bucket, quantity) values (?, ?, ?, ?)").param(sku)
                .param(receipt.id().value()).param(bucket.number()).param(receipt.quantity()).update();
        jdbc.sql("update stock set available = ? where sku = ?").param(after.available()).param(sku).update();
        return after;
    }

    static Optional<StockLevel> level(JdbcClient jdbc, String query, Sku sku) {
        return jdbc.sql(query).param(sku.value())
                .query((row, _) -> new StockLevel(sku, row.getInt("available"), row.getInt("reserved"))).optional();
    }
}
