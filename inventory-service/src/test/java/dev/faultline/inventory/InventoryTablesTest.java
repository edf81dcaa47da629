package dev.faultline.inventory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.sharding.BucketTables;
import dev.faultline.sharding.Shards;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

@Tag("integration")
@OnTwoShards
class InventoryTablesTest {
    @Autowired private Shards shards;
    @Autowired private BucketTables tables;

    @Test
    void everyTableMovesWithItsBuckets() {
        assertThat(shards.readAll(tables::undeclaredIn)).hasSize(2).allSatisfy(left -> assertThat(left).isEmpty());
    }
}
