package dev.faultline.order.ordering.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;

import dev.faultline.sharding.BucketTables;
import dev.faultline.sharding.Shards;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

@Tag("integration")
@OnOneShard
class OrderTablesTest {
    @Autowired private Shards shards;
    @Autowired private BucketTables tables;

    /** Except the months that have been detached: nobody reads them. */
    @Test
    void everyTableMovesWithItsBuckets() {
        assertThat(shards.readAll(tables::undeclaredIn).getFirst())
                .allMatch(table -> table.matches("completed_order_\\d{4}_\\d{2}"));
    }

    /** Also for a month that the target has no partition for yet. */
    @Test
    void preparesForTheOrdersOfAnyMonth() {
        String preparation = Objects.requireNonNull(tables.all().stream()
                .filter(table -> table.name().equals("completed_order")).findFirst().orElseThrow().preparation());
        String order = shards.readAll(jdbc -> jdbc.sql("""
                select jsonb_populate_record(null::completed_order, '{"id": "7K-X", "month": "2019-03-01"}')::text""")
                .query(String.class).single()).getFirst();
        for (int repetition = 0; repetition < 2; repetition++) {
            shards.readAll(jdbc -> jdbc.sql(preparation).param(new String[]{order, order}).query((_, _) -> 0).list());
        }
        assertThat(shards.readAll(jdbc -> jdbc.sql("select to_regclass('completed_order_2019_03') is not null")
                .query(Boolean.class).single())).containsOnly(true);
        shards.readAll(jdbc -> jdbc.sql("drop table completed_order_2019_03").update());
    }
}
