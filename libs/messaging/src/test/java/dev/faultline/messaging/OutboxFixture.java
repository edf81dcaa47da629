package dev.faultline.messaging;

import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import dev.faultline.testing.Database;
import dev.faultline.testing.Postgres;
import dev.faultline.testing.ReplicationSlots;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.flywaydb.core.Flyway;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.kafka.core.DefaultKafkaProducerFactory;
import tools.jackson.databind.json.JsonMapper;

/** A new database with an outbox, and relays of it. */
final class OutboxFixture implements AutoCloseable {
    /** A lag below this, in bytes, is that of other records than messages, and may still shrink. */
    static final long CONFIRMED_LAG = 1_000;

    private final Database database;
    private final Map<String, Object> kafka;
    private final List<Relay> relays = new ArrayList<>();
    final Outbox outbox = new Outbox(JsonMapper.shared());

    /** @param kafka the connection, and producer settings that replace the relay's */
    OutboxFixture(Map<String, Object> kafka) {
        this.kafka = kafka;
        this.database = Postgres.shared().createDatabase();
        Flyway.configure().dataSource(database.jdbcUrl(), database.user(), database.password()).load().migrate();
    }

    OutboxFixture() {
        this(Topics.connection());
    }

    Connection connect() throws SQLException {
        return DriverManager.getConnection(database.jdbcUrl(), database.user(), database.password());
    }

    Connection transaction() throws SQLException {
        Connection connection = connect();
        connection.setAutoCommit(false);
        return connection;
    }

    /** Sends each message in its own transaction. */
    void send(OutgoingMessage... messages) throws SQLException {
        try (Connection transaction = transaction()) {
            for (OutgoingMessage message : messages) {
                outbox.append(transaction, List.of(message));
                transaction.commit();
            }
        }
    }

    OutboxDatabase outboxDatabase() {
        return new OutboxDatabase("test", database.jdbcUrl(), database.user(), database.password());
    }

    /** A relay and its metrics. */
    final class Relay {
        final SimpleMeterRegistry meters = new SimpleMeterRegistry();
        final OutboxRelay relay;
        private final DefaultKafkaProducerFactory<String, byte[]> producers;

        private Relay(MessagingProperties.Outbox properties, Map<String, Object> kafka, Runnable declareTopics) {
            var settings = MessagingAutoConfiguration.producerProperties(kafka);
            settings.putAll(kafka);
            producers = new DefaultKafkaProducerFactory<>(settings);
            producers.setPhysicalCloseTimeout(0);
            relay = new OutboxRelay(outboxDatabase(), properties, producers, declareTopics, meters);
        }

        Relay start() {
            relay.start();
            return this;
        }

        /** Stops the relay and its producer; nothing more is sent or confirmed. */
        void stop() {
            relay.stop();
            producers.destroy();
        }

        double count(String meter) {
            return meters.get(meter).counter().count();
        }
    }

    /** @param settings properties of {@code faultline.messaging.outbox}; intervals are short by default */
    Relay relay(Map<String, String> settings) {
        return relay(settings, () -> {});
    }

    Relay relay() {
        return relay(Map.of());
    }

    Relay relay(Map<String, String> settings, Runnable declareTopics) {
        var all = new HashMap<>(Map.of("confirm-interval", "100ms", "standby-interval", "100ms", "stop-timeout", "2s"));
        all.putAll(settings);
        var relay = new Relay(new Binder(new MapConfigurationPropertySource(all)).bindOrCreate("",
                MessagingProperties.Outbox.class), kafka, declareTopics);
        relays.add(relay);
        return relay;
    }

    /** Runs a statement as the superuser and returns the first column of the first row. */
    String query(String sql) {
        Database all = database.asSuperuser();
        try (Connection connection = DriverManager.getConnection(all.jdbcUrl(), all.user(), all.password());
                var statement = connection.createStatement()) {
            if (!statement.execute(sql)) {
                return "";
            }
            var rows = statement.getResultSet();
            return rows.next() ? String.valueOf(rows.getString(1)) : "";
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The log that the slot retains. */
    long lagBytes() {
        return Long.parseLong(query("select pg_wal_lsn_diff(pg_current_wal_flush_lsn(), confirmed_flush_lsn)::bigint"
                + " from pg_replication_slots where slot_name = '" + slot() + "'"));
    }

    /**
     * Waits until everything sent so far is confirmed. Also writes to the log: otherwise the server would report the log
     * after the last message only seconds later, with its next own record.
     */
    void awaitConfirmed() {
        await().atMost(Duration.ofSeconds(60)).until(() -> {
            query("select pg_logical_emit_message(true, 'not the outbox', '')");
            return lagBytes() < CONFIRMED_LAG;
        });
    }

    /** Waits until the slot's reader has received all log written so far. */
    void awaitRead() {
        String written = query("select pg_current_wal_flush_lsn()");
        await().atMost(Duration.ofSeconds(60)).until(() -> query("select sent_lsn >= '" + written
                + "' from pg_stat_replication join pg_replication_slots on pid = active_pid where slot_name = '"
                + slot()
                + "'").equals("t"));
    }

    String slot() {
        return database.name() + "_outbox";
    }

    /** Terminates the connection of the slot's reader. */
    void terminateReader() {
        query("select pg_terminate_backend(active_pid) from pg_replication_slots where slot_name = '" + slot() + "'");
    }

    /** @see ReplicationSlots#take */
    Connection takeSlot() throws SQLException {
        return ReplicationSlots.take(database, slot());
    }

    /** @see ReplicationSlots#outgrow */
    void outgrowSlot() throws SQLException {
        ReplicationSlots.outgrow(database, slot());
    }

    @Override
    public void close() {
        relays.forEach(Relay::stop);
        await().atMost(Duration.ofSeconds(10)).until(() -> query(
                "select count(*) from pg_replication_slots where active and slot_name = '" + slot() + "'").equals("0"));
        query("select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = '" + slot()
                + "'");
    }
}
