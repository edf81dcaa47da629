package dev.faultline.inventory.reservation.jdbc;

import static dev.faultline.inventory.Commands.newOrder;
import static dev.faultline.inventory.Commands.release;
import static dev.faultline.inventory.Commands.reserve;
import static dev.faultline.inventory.Goods.ONE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;

import dev.faultline.contracts.InventoryCommand;
import dev.faultline.contracts.OrderId;
import dev.faultline.inventory.Goods;
import dev.faultline.inventory.OnTwoShards;
import dev.faultline.inventory.stock.StockLevels;
import dev.faultline.inventory.stock.jdbc.StockQueries;
import dev.faultline.messaging.ReceivedMessage;
import dev.faultline.sharding.Shards;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

@Tag("integration")
@OnTwoShards
class ReservationMaintenanceTest {
    @Autowired private JdbcReservations reservations;
    @Autowired private ReservationMaintenance maintenance;
    @Autowired private Shards shards;
    @Autowired private StockLevels levels;
    @Autowired private StockQueries queries;

    @Test
    void forgetsOldOutcomesAndKeepsWhatHoldsStock() {
        var goods = new Goods(shards, levels, queries);
        String sku = goods.received(ONE, 5);
        OrderId held = newOrder();
        OrderId released = newOrder();
        OrderId rejected = newOrder();
        OrderId young = newOrder();
        handle(reserve(held, sku + " 1"), reserve(released, sku + " 1"), release(released, sku + " 1"),
                reserve(rejected, sku + " 9"), reserve(young, sku + " 9"));
        for (OrderId old : new OrderId[]{held, released, rejected}) {
            shards.read(ONE, jdbc -> jdbc.sql("update reservation set updated_at = now() - interval '90 days 1 minute'"
                    + " where order_id = ?").param(old.value()).update());
        }

        maintenance.run();

        List<String> remembered = shards.read(ONE, jdbc -> jdbc.sql("select order_id from reservation where sku = ?")
                .param(sku).query(String.class).list());
        assertThat(remembered).containsExactlyInAnyOrder(held.value(), young.value());
        goods.assertConsistent(sku);
    }

    @Test
    void remembersOutcomesForAsLongAsACommandMayReturn() {
        assertThatThrownBy(() -> new ReservationMaintenance(shards, Duration.ofDays(31)))
                .hasMessageStartingWith("faultline.inventory.outcome-retention must be at least 32d");
    }

    private void handle(InventoryCommand... commands) {
        reservations.handle(Arrays.stream(commands).map(command -> new ReceivedMessage<>(UUID.randomUUID(), command,
                null,
                InventoryCommand.TOPIC, 0, 0, Instant.EPOCH)).toList());
    }
}
