package dev.faultline.inventory;

import dev.faultline.sharding.BucketTable;
import dev.faultline.sharding.BucketTables;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What moves with a bucket: a SKU with its receipts and its lines of reservations. */
@Configuration(proxyBeanMethods = false)
class InventoryTables {

    @Bean
    BucketTables bucketTables() {
        return BucketTables.of(BucketTable.named("stock", "sku"),
                BucketTable.named("goods_receipt", "sku", "receipt_id"),
                BucketTable.named("reservation", "order_id", "sku"));
    }
}
