package dev.faultline.payment;

import dev.faultline.sharding.BucketTable;
import dev.faultline.sharding.BucketTables;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What moves with a bucket: a payment with its transfers in the ledger. */
@Configuration(proxyBeanMethods = false)
class PaymentTables {

    @Bean
    BucketTables bucketTables() {
        return BucketTables.of(BucketTable.named("payment", "order_id").foundBy("order_id"),
                BucketTable.named("ledger_transfer", "order_id", "kind").foundBy("order_id"));
    }
}
