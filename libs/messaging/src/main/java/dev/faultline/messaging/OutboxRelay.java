package dev.faultline.messaging;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.BaseUnits;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGProperty;
import org.postgresql.replication.LogSequenceNumber;
import org.postgresql.replication.PGReplicationStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.kafka.core.ProducerFactory;

/**
 * Takes one database's outbox to Kafka, in the order of commits, at least once.
 *
 * <p>
 * Reads the write-ahead log through a replication slot, which admits one reader: of all instances of the service one
 * relays and the others stand by, without an election. The slot's position is confirmed up to the transactions of which
 * Kafka, all in-sync replicas, has acknowledged every message. What a relay had not confirmed when it ended is sent again
 * by the next. The order per key holds even then, counting each message's first arrival: the idempotent producer
 * keeps the order of its sends and never gives one up by itself.
 *
 * <p>
 * Bounds: so many messages in flight, then reading stops and the log waits in the database, which keeps up to
 * {@code max_slot_wal_keep_size} of it and then gives the slot up. That is noticed, told as an error and in a metric, and
 * a new slot begins: the messages between are lost, and whoever needs them has to be able to ask again. After a crash of
 * the database server messages since its last checkpoint may be repeated: it writes slot positions down then.
 *
 * <p>
 * Not covered: Kafka acknowledges from memory, so what all its brokers lose at once with their power is lost. And where a
 * standby may be promoted, {@code synchronized_standby_slots} has to name its slot, or a message can be sent of which the
 * transaction is lost.
 */
public final class OutboxRelay {
    private static final Logger LOG = LoggerFactory.getLogger(OutboxRelay.class);
    private static final String OBJECT_IN_USE = "55006";
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

    private final OutboxDatabase database;
    private final MessagingProperties.Outbox properties;
    private final ProducerFactory<String, byte[]> producers;
    private final Runnable declareTopics;
    private final Counter relayed;
    private final Counter undeliverable;
    private final Counter restarts;
    private final Counter lostSlots;
    private volatile CountDownLatch stop = new CountDownLatch(1);
    private volatile @Nullable Thread thread;
    private volatile @Nullable Session session;

    /** @param declareTopics makes the topics that are missing: Kafka may have been away when the service started */
    OutboxRelay(OutboxDatabase database, MessagingProperties.Outbox properties,
            ProducerFactory<String, byte[]> producers, Runnable declareTopics, MeterRegistry meters) {
        this.database = database;
        this.properties = properties;
        this.producers = producers;
        this.declareTopics = declareTopics;
        this.relayed = counter(meters, "faultline.outbox.relayed", "messages acknowledged by Kafka");
        this.undeliverable = counter(meters, "faultline.outbox.undeliverable", "messages that no repetition can send");
        this.restarts = counter(meters, "faultline.outbox.restarts", "ends of the stream by a failure");
        this.lostSlots = counter(meters, "faultline.outbox.slots.lost", "replication slots made anew, messages lost");
        gauge(meters, "faultline.outbox.active", "1 if this instance relays, 0 if it stands by", null, _ -> 1);
        gauge(meters, "faultline.outbox.in.flight", "messages that Kafka has not acknowledged yet", BaseUnits.MESSAGES,
                session -> session.inFlight.messages());
        gauge(meters, "faultline.outbox.lag", "log that was received and is not confirmed", BaseUnits.BYTES,
                Session::lagBytes);
    }

    private Counter counter(MeterRegistry meters, String name, String description) {
        return Counter.builder(name).description(description).tag("database", database.name()).register(meters);
    }

    private void gauge(MeterRegistry meters, String name, String description, @Nullable String unit,
            java.util.function.ToDoubleFunction<Session> value) {
        Gauge.builder(name, () -> {
            Session current = session;
            return current == null ? 0 : value.applyAsDouble(current);
        }).description(description).baseUnit(unit).tag("database", database.name()).register(meters);
    }

    /** Whether this instance is the one that relays. */
    public boolean isActive() {
        return session != null;
    }

    /**
     * Returns when the slot is there, so that every message that is written from here on will be sent, and begins; also
     * after a stop.
     *
     * @throws IllegalStateException if that takes longer than {@code faultline.messaging.outbox.start-timeout}, or if it
     *         has not ended since the last stop
     */
    void start() {
        Thread last = thread;
        if (last != null && last.isAlive()) {
            throw new IllegalStateException("the relay of " + database + " has not ended since it was stopped");
        }
        stop = new CountDownLatch(1);
        long deadline = System.nanoTime() + properties.startTimeout().toNanos();
        while (!slotIsThere()) {
            if (System.nanoTime() > deadline || pause()) {
                throw new IllegalStateException("no replication slot could be had for the outbox of " + database
                        + " within faultline.messaging.outbox.start-timeout");
            }
        }
        thread = Thread.ofPlatform().daemon().name("outbox-relay-" + database.name()).start(this::run);
    }

    private boolean slotIsThere() {
        try (Connection connection = connect()) {
            ReplicationSlot slot = ReplicationSlot.of(connection);
            switch (slot.state(connection)) {
                case MISSING -> slot.create(connection);
                case LOST -> replaceLost(connection, slot); // its successor is what start() waits for
                case CREATING, TAKEN, FREE -> {
                }
            }
            ReplicationSlot.State state = slot.state(connection);
            return state == ReplicationSlot.State.TAKEN || state == ReplicationSlot.State.FREE;
        } catch (SQLException e) {
            LOG.warn("The replication slot of {} could not be had, trying again: {}", database, e.getMessage());
            return false;
        }
    }

    /** Sends what was read, within {@code faultline.messaging.outbox.stop-timeout}, confirms, and gives the slot back. */
    void stop() {
        stop.countDown();
        Thread running = thread;
        if (running == null || !running.isAlive()) {
            return;
        }
        wake();
        try {
            if (!running.join(properties.stopTimeout())) {
                Session current = session;
                if (current != null) {
                    current.abort();
                }
                running.interrupt();
                running.join(CONNECT_TIMEOUT);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** A message of no one's prefix, because the driver's blocking read ends only when there is something to read. */
    private void wake() {
        if (isActive()) {
            try (Connection connection = connect(); Statement statement = connection.createStatement()) {
                statement.execute("select pg_logical_emit_message(true, 'outbox-relay-stops', '')");
            } catch (SQLException e) {
                LOG.debug("The relay of {} is stopped the hard way: {}", database, e.getMessage());
            }
        }
    }

    private void run() {
        while (!stopping()) {
            try (Connection connection = connect()) {
                standBy(connection);
            } catch (Exception | Error e) { // whatever it is, messages are waiting
                restarts.increment();
                if (!stopping()) {
                    LOG.warn("The relay of {} starts again from the last confirmed position: {}", database,
                            e.toString());
                }
                if (e instanceof TimeoutException) { // Kafka is away, or does not know the topic
                    declareMissingTopics();
                }
                pause();
            }
        }
    }

    /** Nothing that fails here may end the relay: it is tried again when the next message finds no topic. */
    private void declareMissingTopics() {
        try {
            declareTopics.run();
        } catch (RuntimeException e) {
            LOG.warn("The topics of the messages of {} could not be made: {}", database, e.toString());
        }
    }

    /** Keeps one connection, so that looking costs a query. */
    private void standBy(Connection connection) throws Exception {
        ReplicationSlot slot = ReplicationSlot.of(connection);
        while (!stopping()) {
            switch (slot.state(connection)) {
                case FREE -> {
                    PGReplicationStream stream = open(connection, slot);
                    if (stream != null) {
                        relay(connection, stream);
                        return;
                    }
                }
                case TAKEN, CREATING -> pause();
                case MISSING -> {
                    tellOfLoss(slot, "was dropped");
                    slot.create(connection);
                }
                case LOST -> replaceLost(connection, slot);
            }
        }
    }

    private void replaceLost(Connection connection, ReplicationSlot slot) throws SQLException {
        if (slot.replaceIfLost(connection)) {
            tellOfLoss(slot, "was given up by the server: it held back more than max_slot_wal_keep_size");
        }
    }

    private void tellOfLoss(ReplicationSlot slot, String why) {
        lostSlots.increment();
        LOG.error("The replication slot {} of {} {}. A new one begins; messages that were not relayed are lost.",
                slot.name(), database, why);
    }

    /** Null if another reader was faster. */
    private @Nullable PGReplicationStream open(Connection connection, ReplicationSlot slot) throws SQLException {
        try {
            return connection.unwrap(PGConnection.class).getReplicationAPI().replicationStream().logical()
                    .withSlotName(slot.name()).withSlotOption("proto_version", 1)
                    .withSlotOption("publication_names", "outbox").withSlotOption("messages", true)
                    .withStatusInterval(Math.toIntExact(properties.confirmInterval().toMillis()), TimeUnit.MILLISECONDS)
                    .start();
        } catch (SQLException e) {
            if (OBJECT_IN_USE.equals(e.getSQLState())) {
                return null;
            }
            throw e;
        }
    }

    private void relay(Connection connection, PGReplicationStream stream) throws Exception {
        LOG.info("Relaying the outbox of {}", database);
        var started = new Session(connection, stream, producers.createProducer());
        session = started;
        try {
            started.relay();
        } finally {
            session = null;
        }
    }

    private Connection connect() throws SQLException {
        var options = new Properties();
        PGProperty.USER.set(options, database.user());
        PGProperty.PASSWORD.set(options, database.password());
        PGProperty.REPLICATION.set(options, "database");
        PGProperty.ASSUME_MIN_SERVER_VERSION.set(options, "17");
        PGProperty.PREFER_QUERY_MODE.set(options, "simple"); // all that the replication protocol knows
        PGProperty.APPLICATION_NAME.set(options, "outbox-relay");
        PGProperty.CONNECT_TIMEOUT.set(options, (int) CONNECT_TIMEOUT.toSeconds());
        PGProperty.LOGIN_TIMEOUT.set(options, (int) CONNECT_TIMEOUT.toSeconds());
        PGProperty.TCP_KEEP_ALIVE.set(options, true);
        PGProperty.OPTIONS.set(options, "-c statement_timeout=" + properties.startTimeout().toMillis());
        return DriverManager.getConnection(database.jdbcUrl(), options);
    }

    private boolean stopping() {
        return stop.getCount() == 0;
    }

    /** About the stand-by interval, not for all instances the same; whether it is time to stop. */
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

    /** From taking the slot to giving it back. */
    private final class Session {
        private final Connection connection;
        private final PGReplicationStream stream;
        private final Producer<String, byte[]> producer;
        private final InFlight inFlight;
        private final AtomicBoolean aborted = new AtomicBoolean();

        private Session(Connection connection, PGReplicationStream stream, Producer<String, byte[]> producer) {
            this.connection = connection;
            this.stream = stream;
            this.producer = producer;
            // The driver tells the server at the next status interval; when all is confirmed it lets the position
            // follow the server's, so that an idle outbox holds back no log.
            this.inFlight = new InFlight(properties.maxInFlight(),
                    end -> stream.setFlushedLSN(LogSequenceNumber.valueOf(end)));
        }

        private void relay() throws Exception {
            try {
                while (!stopping()) {
                    ByteBuffer change = stream.read();
                    if (change == null) {
                        throw new SQLException("the server ended the stream");
                    }
                    relay(change);
                    inFlight.throwIfFailed();
                }
            } catch (SQLException e) {
                inFlight.throwIfFailed(); // then that is the cause
                throw e;
            }
            if (!inFlight.awaitNone(properties.stopTimeout())) {
                LOG.warn("The relay of {} stops before Kafka has acknowledged all; the next one sends it again",
                        database);
            }
            stream.forceUpdateStatus();
            stream.close();
        }

        /** PostgreSQL manual, "Logical Replication Message Formats". */
        private void relay(ByteBuffer change) throws SQLException, InterruptedException {
            switch (change.get()) {
                case 'M' -> {
                    change.position(change.position() + Byte.BYTES + Long.BYTES); // flags, position
                    boolean ours = Outbox.PREFIX.equals(text(change));
                    var content = new byte[change.getInt()];
                    change.get(content);
                    if (ours) {
                        send(content);
                    }
                }
                case 'C' -> {
                    change.position(change.position() + Byte.BYTES + Long.BYTES); // flags, position
                    inFlight.committed(change.getLong());
                }
                default -> {
                    // begin and the like
                }
            }
        }

        private void send(byte[] content) throws SQLException, InterruptedException {
            ProducerRecord<String, byte[]> message;
            try {
                message = Envelope.decode(content);
            } catch (IOException e) {
                undeliverable.increment();
                LOG.error("Something that is no message was in the outbox of {} and is left out: {}", database,
                        e.toString());
                return;
            }
            while (!inFlight.awaitRoom(properties.confirmInterval())) {
                if (stopping()) {
                    return; // its transaction is not confirmed: the next relay sends it
                }
                stream.forceUpdateStatus(); // or the server takes this reader for dead
            }
            InFlight.Transaction transaction = inFlight.sent();
            var _ = producer.send(message, (_, failure) -> {
                if (failure == null) {
                    relayed.increment();
                    inFlight.acknowledged(transaction);
                } else if (failure instanceof RecordTooLargeException || failure instanceof InvalidTopicException) {
                    undeliverable.increment();
                    LOG.error("Kafka will never take a message from {} to {} with key {}; it is left out", database,
                            message.topic(), message.key(), failure);
                    inFlight.acknowledged(transaction);
                } else {
                    inFlight.failed(failure);
                    abort();
                }
            });
        }

        /** Ends a blocking read. */
        private void abort() {
            if (aborted.compareAndSet(false, true)) {
                try {
                    connection.abort(Runnable::run);
                } catch (SQLException e) {
                    LOG.debug("abort of a connection", e);
                }
            }
        }

        private double lagBytes() {
            long confirmed = stream.getLastFlushedLSN().asLong();
            return confirmed == 0 ? 0 : Math.max(0, stream.getLastReceiveLSN().asLong() - confirmed);
        }

        private static String text(ByteBuffer change) {
            int start = change.position();
            while (change.get() != 0) {
                // up to the end of the text
            }
            byte[] bytes = Arrays.copyOfRange(change.array(), change.arrayOffset() + start,
                    change.arrayOffset() + change.position() - 1);
            return new String(bytes, UTF_8);
        }
    }
}
