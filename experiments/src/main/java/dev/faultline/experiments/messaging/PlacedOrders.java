package dev.faultline.experiments.messaging;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

import dev.faultline.messaging.OutboxDatabase;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** The tables of {@link OutboxAndDualWrite}: orders that are committed, and orders that are shipped. */
final class PlacedOrders {
    private final JdbcClient jdbc;

    PlacedOrders(OutboxDatabase database) {
        this.jdbc = JdbcClient.create(new DriverManagerDataSource(database.jdbcUrl(), database.user(), database
                .password()));
    }

    Set<String> placed(Way way) {
        return new HashSet<>(jdbc.sql("select order_id from placed where way = ?").param(way.name()).query(
                String.class).list());
    }

    /** Once each: the order is the key, so a repeated message finds its row. */
    void ship(List<String> orders) {
        jdbc.sql("insert into shipped (order_id) select unnest(?) on conflict do nothing").param(orders.toArray(
                String[]::new)).update();
    }

    long shipped() {
        return jdbc.sql("select count(*) from shipped").query(Long.class).single();
    }
}
