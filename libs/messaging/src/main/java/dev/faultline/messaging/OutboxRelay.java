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
 * It reads the write-ahead log through a replication slot, which admits one reader: one instance of the service relays and
 * the others stand by, without an election. The slot's position is confirmed up to the transactions whose every message all
 * in-sync replicas have acknowledged. The next relay sends again what the last one had not confirmed. The order per key
 * holds even then, by the first arrival of each message: the idempotent producer keeps the order of its sends and never
 * drops one on its own.
 *
 * <p>
 * Bounds: with {@code faultline.messaging.outbox.max-in-flight} messages in flight it stops reading, and the log waits in
 * the database. The database retains {@code max_slot_wal_keep_size} of log, and then invalidates the slot. The relay
 * detects that, reports it as an error and in a metric, and creates a new slot: the messages in between are lost, and
 * their senders must be able to send them again. After a crash of the database server, messages since its last checkpoint
 * may be repeated, because only checkpoints persist slot positions.
 *
 * <p>
 * Not covered: Kafka acknowledges from memory, so messages are lost if all its brokers lose power at once. And where a
 * standby may be promoted, {@code synchronized_standby_slots} has to name its slot, or a message can be sent whose
 * transaction is lost.
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

    /** @param declareTopics creates missing topics: Kafka may have been unavailable when the service started */
    OutboxRelay(OutboxDatabase database, MessagingProperties.Outbox properties,
            ProducerFactory<String, byte[]> producers, Runnable declareTopics, MeterRegistry meters) {
        this.database = database;
        this.properties = properties;
        this.producers = producers;
        this.declareTopics = declareTopics;
        this.metrics = new RelayMetrics(meters, database.name());
    }

    /** Whether this instance relays; if not, it stands by. */
    public boolean isActive() {
        return session != null;
    }

    /**
     * Returns when the slot exists, so that every message written from then on will be sent. May be called again after
     * {@link #stop}.
     *
     * @throws IllegalStateException if that takes longer than {@code faultline.messaging.outbox.start-timeout}, or if the
     *         relay has not ended since it was stopped
     */
    void start() {
        Thread last = thread;
        if (last != null && last.isAlive()) {
            throw new IllegalStateException("the relay of " + database + " has not ended since it was stopped");
        }
        stop = new CountDownLatch(1);
        long deadline = System.nanoTime() + properties.startTimeout().toNanos();
        while (!slotExists()) {
            if (System.nanoTime() > deadline || pause()) {
                throw new IllegalStateException("the replication slot for the outbox of " + database
                        + " could not be created within faultline.messaging.outbox.start-timeout");
            }
        }
        thread = Thread.ofPlatform().daemon().name("outbox-relay-" + database.name()).start(this::run);
    }

    private boolean slotExists() {
        try (Connection connection = connect()) {
            ReplicationSlot slot = ReplicationSlot.of(connection);
            switch (slot.state(connection)) {
                case MISSING -> slot.create(connection);
                case LOST -> replaceLost(connection, slot); // start() waits for the new one
                case CREATING, TAKEN, FREE -> {
                }
            }
            ReplicationSlot.State state = slot.state(connection);
            return state == ReplicationSlot.State.TAKEN || state == ReplicationSlot.State.FREE;
        } catch (SQLException e) {
            LOG.warn("The replication slot of {} could not be created, retrying: {}", database, e.getMessage());
            return false;
        }
    }

    /** Drains within {@code faultline.messaging.outbox.stop-timeout}, confirms, and releases the slot. */
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

    /** Writes a message with a foreign prefix: the driver's blocking read returns only when there is something to read. */
    private void wake() {
        if (isActive()) {
            try (Connection connection = connect(); Statement statement = connection.createStatement()) {
                statement.execute("select pg_logical_emit_message(true, 'outbox-relay-stops', '')");
            } catch (SQLException e) {
                LOG.debug("The relay of {} cannot be woken and will be interrupted: {}", database, e.getMessage());
            }
        }
    }

    private void run() {
        while (!stopping()) {
            try (Connection connection = connect()) {
                standBy(connection);
            } catch (Exception | Error e) { // whatever it is, messages are waiting
                metrics.restarts.increment();
                if (!stopping()) {
                    LOG.warn("The relay of {} restarts from the last confirmed position: {}", database, e.toString());
                }
                if (e instanceof TimeoutException) { // Kafka is unavailable, or the topic does not exist
                    declareMissingTopics();
                }
                pause();
            }
        }
    }

    /** A failure here must not end the relay: the next message without a topic tries again. */
    private void declareMissingTopics() {
        try {
            declareTopics.run();
        } catch (RuntimeException e) {
            LOG.warn("The topics for the messages of {} could not be created: {}", database, e.toString());
        }
    }

    /** Polls the slot on one connection until it is free, then relays. */
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
        LOG.error("The replication slot {} of {} {}. A new one is created; messages that were not relayed are lost.",
                slot.name(), database, why);
    }

    private Connection connect() throws SQLException {
        return ReplicationConnection.open(database, properties.startTimeout());
    }

    private boolean stopping() {
        return stop.getCount() == 0;
    }

    /** Waits for the standby interval with jitter; returns whether it is time to stop. */
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
