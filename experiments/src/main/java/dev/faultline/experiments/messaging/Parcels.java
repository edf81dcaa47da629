package dev.faultline.experiments.messaging;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;

import dev.faultline.backing.FaultlineException;
import dev.faultline.messaging.Outbox;
import dev.faultline.messaging.OutboxDatabase;
import dev.faultline.messaging.OutgoingMessage;
import dev.faultline.messaging.ReceivedMessage;
import dev.faultline.messaging.RetryLaterException;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import tools.jackson.databind.json.JsonMapper;

/** The parcels of {@link PoisonMessage}, as messages and as rows of each consumer. */
final class Parcels {
    static final String TOPIC = "parcels";

    private final Outbox outbox = new Outbox(JsonMapper.shared());
    private final OutboxDatabase database;
    private final JdbcClient jdbc;

    Parcels(OutboxDatabase database) {
        this.database = database;
        this.jdbc = JdbcClient.create(new DriverManagerDataSource(database.jdbcUrl(), database.user(), database
                .password()));
    }

    /** The only type of message. */
    sealed interface Event permits ParcelPacked {}

    record ParcelPacked(String order, String address) implements Event {}

    /** By the outbox, all in one partition. */
    void send(String order, String address) {
        try (Connection transaction = DriverManager.getConnection(database.jdbcUrl(), database.user(), database
                .password())) {
            transaction.setAutoCommit(false);
            outbox.append(transaction, List.of(new OutgoingMessage(TOPIC, order, new ParcelPacked(order, address))));
            transaction.commit();
        } catch (SQLException e) {
            throw new FaultlineException("A parcel could not be sent: " + e.getMessage(), e);
        }
    }

    /** Stores the parcels of a batch, all or none. */
    void store(String consumer, List<ReceivedMessage<Event>> batch) {
        String[] orders = new String[batch.size()];
        String[] addresses = new String[batch.size()];
        for (int i = 0; i < batch.size(); i++) {
            switch (batch.get(i).payload()) {
                case ParcelPacked(String order, String address) -> {
                    orders[i] = order;
                    addresses[i] = address;
                }
            }
        }
        jdbc.sql("""
                insert into parcel (consumer, order_id, address) select ?, unnest(?::text[]), unnest(?::text[])
                on conflict do nothing""").param(consumer).param(orders).param(addresses).update();
    }

    /** The same, but takes every failure for one that passes. */
    void storeOrRetry(String consumer, List<ReceivedMessage<Event>> batch) {
        try {
            store(consumer, batch);
        } catch (DataIntegrityViolationException e) {
            throw new RetryLaterException("not yet", e);
        }
    }

    /** What a new release would bring: the table takes longer addresses. */
    void repair() {
        jdbc.sql("alter table parcel alter column address type varchar(200)").update();
    }

    int stored(String consumer) {
        return jdbc.sql("select count(*) from parcel where consumer = ?").param(consumer).query(Integer.class)
                .single();
    }

    /** The milliseconds from a moment until each parcel was stored, in order. */
    List<Double> arrivals(String consumer, long sinceEpochMs) {
        return jdbc.sql("""
                select extract(epoch from arrived_at) * 1000 - ? from parcel where consumer = ? order by arrived_at""")
                .param(sinceEpochMs).param(consumer).query(Double.class).list();
    }
}
