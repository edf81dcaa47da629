package dev.faultline.inventory.stock.jdbc;

import java.util.Optional;
import java.util.function.Function;

import dev.faultline.contracts.Sku;
import dev.faultline.inventory.stock.StockLevel;
import dev.faultline.sharding.Bucket;
import dev.faultline.sharding.Reads;
import dev.faultline.sharding.Shards;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** Stock as clients see it, as fresh as they ask. Nothing is decided on it. */
@Repository
public class StockQueries {
    private final Shards shards;

    StockQueries(Shards shards) {
        this.shards = shards;
    }

    /** A committed level; empty for a SKU that was never received. */
    public Optional<StockLevel> level(Sku sku, Reads reads) {
        var bucket = Bucket.of(sku.value());
        Function<JdbcClient, Optional<StockLevel>> query = jdbc -> JdbcStockLevels.level(jdbc,
                "select available, reserved from stock where sku = ?", sku);
        return reads.of(bucket, session -> query.apply(session.jdbc()), () -> shards.read(bucket, query));
    }
}
