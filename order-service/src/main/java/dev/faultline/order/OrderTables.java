package dev.faultline.order;

import dev.faultline.sharding.BucketTable;
import dev.faultline.sharding.BucketTables;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What moves with a bucket. */
@Configuration(proxyBeanMethods = false)
class OrderTables {

    /** So that months leave on the shard that a bucket has moved to as they would have on the one that it came from. */
    private static final String CREATE_PARTITIONS = """
            select create_order_partition(month)
            from (select distinct date_trunc('month', month)::date as month
                  from unnest(?::text[]::completed_order[])) as coming
            where not exists (select from completed_order_other as other where other.month = coming.month)""";

    @Bean
    BucketTables bucketTables() {
        return BucketTables.of(BucketTable.named("open_order", "id").foundBy("id"),
                BucketTable.named("completed_order", "id").foundBy("id").preparedBy(CREATE_PARTITIONS),
                BucketTable.named("idempotency_key", "customer", "key"), BucketTable.named("product", "sku"));
    }
}
