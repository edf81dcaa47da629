package dev.faultline.messaging;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

import io.micrometer.core.instrument.MeterRegistry;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.postgresql.replication.PGReplicationStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.kafka.core.ProducerFactory;

/**
 * Relays one database's outbox to Kafka in commit order, at least once.
 *
 * <p>
 * The relay reads the write-ahead log through a replication slot, which admits one reader. So one instance of the
 * service relays and the others stand by, without an election. A position is confirmed once all in-sync replicas have
 * acknowledged every message up to it; the next relay resends unconfirmed messages. The order per key holds for the
 * first delivery of each message, because the idempotent producer neither reorders nor drops sends.
 *
 * <p>
 * Bounds: at {@code faultline.messaging.outbox.max-in-flight} unacknowledged messages the relay stops reading, and the
 * database retains the log. Beyond {@code max_slot_wal_keep_size} the database invalidates the slot. The relay then
 * logs an error, increments a metric and creates a new slot. The messages in between are lost, so their senders must be
 * able to resend them. After a crash of the database server, messages since its last checkpoint may be resent, because
 * slot positions are persisted at checkpoints only.
 *
 * <p>
 * Limitations: Kafka acknowledges before it flushes to disk, so messages are lost if all brokers lose power at once.
 * Where a standby may be promoted, {@code synchronized_standby_slots} must include its slot; otherwise a message may be
 * sent whose transaction is lost.
 */
public final class OutboxRelay {
    private static final Logger LOG = LoggerFactory.getLogger(OutboxRelay.class);

    private final OutboxDatabase database;
    private final MessagingProperties.Outbox properties;
    private final ProducerFactory<String, byte[]> producers;
    private final Runnable declareTopics;
    private final RelayMetrics metrics;
    private volatile CountDownLatch stop = new CountDownLatch(1);
    private volatile @Nullable Thread thread;
    private volatile @Nullable RelaySession session;

    /** @param declareTopics creates missing topics, because Kafka may have been unavailable when the service started */
    OutboxRelay(OutboxDatabase database, MessagingProperties.Outbox properties,
            ProducerFactory<String, byte[]> producers, Runnable declareTopics, MeterRegistry meters) {
        this.database = database;
        this.properties = properties;
        this.producers = producers;
        this.declareTopics = declareTopics;
        this.metrics = new RelayMetrics(meters, database.name());
    }

    /** Whether this instance relays; otherwise it stands by. */
    public boolean isActive() {
        return session != null;
    }

    /**
     * Starts the relay. Blocks until the slot exists, so that every message written afterwards will be sent. May be
     * called again after {@link #stop}.
     *
     * @throws IllegalStateException if that exceeds {@code faultline.messaging.outbox.start-timeout}, or if a stopped
     *        relay is still running
     */
    void start() {
        Thread last = thread;
        if (last != null && last.isAlive()) {
            throw new IllegalStateException("the relay of " + database + " was stopped but is still running");
        }
        stop = new CountDownLatch(1);
        long deadline = System.nanoTime() + properties.startTimeout().toNanos();
        while (!ensureSlot()) {
            if (System.nanoTime() > deadline || pause()) {
                throw new IllegalStateException("the replication slot of " + database
                        + " was not created within faultline.messaging.outbox.start-timeout");
            }
        }
        thread = Thread.ofPlatform().daemon().name("outbox-relay-" + database.name()).start(this::run);
    }

    private boolean ensureSlot() {
        try (Connection connection = connect()) {
            ReplicationSlot slot = ReplicationSlot.of(connection);
            switch (slot.state(connection)) {
                case MISSING -> slot.create(connection);
                case LOST -> replaceLost(connection, slot); // start() waits for the new slot
                case CREATING, TAKEN, FREE -> {
                }
            }
            ReplicationSlot.State state = slot.state(connection);
            return state == ReplicationSlot.State.TAKEN || state == ReplicationSlot.State.FREE;
        } catch (SQLException e) {
            LOG.warn("Cannot create the replication slot of {}; retrying: {}", database, e.getMessage());
            return false;
        }
    }

    /**
     * Stops the relay: waits for acknowledgements for {@code faultline.messaging.outbox.stop-timeout}, confirms, and
     * releases the slot.
     */
    void stop() {
        stop.countDown();
        Thread running = thread;
        if (running == null || !running.isAlive()) {
            return;
        }
        wake();
        try {
            if (!running.join(properties.stopTimeout())) {
                RelaySession current = session;
                if (current != null) {
                    current.abort();
                }
                running.interrupt();
                running.join(ReplicationConnection.CONNECT_TIMEOUT);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Wakes the reader by a message with another prefix, because the driver's read has no timeout. */
    private void wake() {
        if (isActive()) {
            try (Connection connection = connect(); Statement statement = connection.createStatement()) {
                statement.execute("select pg_logical_emit_message(true, 'outbox-relay-stops', '')");
            } catch (SQLException e) {
                LOG.debug("Cannot wake the relay of {}; it will be interrupted: {}", database, e.getMessage());
            }
        }
    }

    private void run() {
        while (!stopping()) {
            try (Connection connection = connect()) {
                standBy(connection);
            } catch (Exception | Error e) { // the relay must survive any failure
                metrics.restarts.increment();
                if (!stopping()) {
                    LOG.warn("The relay of {} restarts from the last confirmed position: {}", database, e.toString());
                }
                if (e instanceof TimeoutException) { // Kafka is unavailable, or a topic is missing
                    declareMissingTopics();
                }
                pause();
            }
        }
    }

    /** A failure is retried with the next message that has no topic. */
    private void declareMissingTopics() {
        try {
            declareTopics.run();
        } catch (RuntimeException e) {
            LOG.warn("Cannot create the topics for the outbox of {}: {}", database, e.toString());
        }
    }

    /** Polls the slot until it is free, then relays. */
    private void standBy(Connection connection) throws Exception {
        ReplicationSlot slot = ReplicationSlot.of(connection);
        while (!stopping()) {
            switch (slot.state(connection)) {
                case FREE -> {
                    var stream = ReplicationConnection.stream(connection, slot, properties.confirmInterval());
                    if (stream != null) {
                        relay(connection, stream);
                        return;
                    }
                }
                case TAKEN, CREATING -> pause();
                case MISSING -> {
                    reportLoss(slot, "was dropped");
                    slot.create(connection);
                }
                case LOST -> replaceLost(connection, slot);
            }
        }
    }

    private void relay(Connection connection, PGReplicationStream stream) throws Exception {
        LOG.info("Relaying the outbox of {}", database);
        var current = new RelaySession(database, properties, connection, stream, producers.createProducer(), metrics,
                this::stopping);
        session = current;
        metrics.measure(current);
        try {
            current.run();
        } finally {
            metrics.measure(null);
            session = null;
        }
    }

    private void replaceLost(Connection connection, ReplicationSlot slot) throws SQLException {
        if (slot.replaceIfLost(connection)) {
            reportLoss(slot, "was invalidated by the server: it retained more than max_slot_wal_keep_size");
        }
    }

    private void reportLoss(ReplicationSlot slot, String why) {
        metrics.lostSlots.increment();
        LOG.error("The replication slot {} of {} {}. Creating a new one; messages that were not relayed are lost.",
                slot.name(), database, why);
    }

    private Connection connect() throws SQLException {
        return ReplicationConnection.open(database, properties.startTimeout());
    }

    private boolean stopping() {
        return stop.getCount() == 0;
    }

    /** Waits for the standby interval with jitter; returns whether the relay is stopping. */
    private boolean pause() {
        try {
            long interval = properties.standbyInterval().toMillis();
            return stop.await(ThreadLocalRandom.current().nextLong(interval * 3 / 4, interval * 5 / 4 + 1),
                    TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }
}
