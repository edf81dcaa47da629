package dev.faultline.experiments.messaging;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;

import dev.faultline.experiments.KafkaBrokers;
import dev.faultline.messaging.Outbox;
import dev.faultline.messaging.OutgoingMessage;
import org.apache.kafka.clients.producer.Producer;
import tools.jackson.databind.json.JsonMapper;

/** How a writer puts an order into PostgreSQL and tells it to Kafka. */
enum Way {
    COMMIT_THEN_SEND("commit, then send") {
        @Override
        void place(String order, Connection connection, Producer<String, String> producer) throws SQLException {
            insert(order, connection);
            connection.commit();
            KafkaBrokers.send(producer, topic(), order, order);
        }
    },
    SEND_THEN_COMMIT("send, then commit") {
        @Override
        void place(String order, Connection connection, Producer<String, String> producer) throws SQLException {
            insert(order, connection);
            KafkaBrokers.send(producer, topic(), order, order);
            connection.commit();
        }
    },
    /** The message is part of the transaction; the relay of {@link OrderWriter} sends it. */
    OUTBOX("outbox") {
        @Override
        void place(String order, Connection connection, Producer<String, String> producer) throws SQLException {
            insert(order, connection);
            MESSAGES.append(connection, List.of(new OutgoingMessage(topic(), order, new OrderEvent.OrderPlaced(
                    order))));
            connection.commit();
        }
    };

    private static final Outbox MESSAGES = new Outbox(JsonMapper.shared());

    private final String title;

    Way(String title) {
        this.title = title;
    }

    String title() {
        return title;
    }

    /** Each has its own; the order is the key. */
    String topic() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Returns when both systems have the order, or for the outbox, when PostgreSQL has it. */
    abstract void place(String order, Connection connection, Producer<String, String> producer) throws SQLException;

    void insert(String order, Connection connection) throws SQLException {
        try (var insert = connection.prepareStatement("insert into placed (order_id, way) values (?, ?)")) {
            insert.setString(1, order);
            insert.setString(2, name());
            insert.executeUpdate();
        }
    }
}
