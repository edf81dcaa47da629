package dev.faultline.messaging;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;

import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.postgresql.replication.LogSequenceNumber;
import org.postgresql.replication.PGReplicationStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One relay's hold of the slot: reads the log, sends its messages to Kafka, and confirms the log up to what Kafka has
 * acknowledged. One thread runs it; {@link #abort} and the gauges may be called from others.
 */
final class RelaySession {
    private static final Logger LOG = LoggerFactory.getLogger(RelaySession.class);

    private final OutboxDatabase database;
    private final MessagingProperties.Outbox properties;
    private final Connection connection;
    private final PGReplicationStream stream;
    private final Producer<String, byte[]> producer;
    private final RelayMetrics metrics;
    private final BooleanSupplier stopping;
    private final InFlightTransactions inFlight;
    private final AtomicBoolean aborted = new AtomicBoolean();

    RelaySession(OutboxDatabase database, MessagingProperties.Outbox properties, Connection connection,
            PGReplicationStream stream, Producer<String, byte[]> producer, RelayMetrics metrics,
            BooleanSupplier stopping) {
        this.database = database;
        this.properties = properties;
        this.connection = connection;
        this.stream = stream;
        this.producer = producer;
        this.metrics = metrics;
        this.stopping = stopping;
        // The driver reports the position at the next status interval. When everything is confirmed it lets the position
        // follow the server's, so that an idle outbox retains no log.
        this.inFlight = new InFlightTransactions(properties.maxInFlight(),
                end -> stream.setFlushedLSN(LogSequenceNumber.valueOf(end)));
    }

    /** Relays until the relay stops; throws whatever ended the stream or kept a message from Kafka. */
    void run() throws Exception {
        try {
            while (!stopping.getAsBoolean()) {
                ByteBuffer change = stream.read();
                if (change == null) {
                    throw new SQLException("the server ended the stream");
                }
                relay(PgOutput.decode(change));
                inFlight.throwIfFailed();
            }
        } catch (SQLException e) {
            inFlight.throwIfFailed(); // then that is the cause
            throw e;
        }
        if (!inFlight.awaitNone(properties.stopTimeout())) {
            LOG.warn("The relay of {} stops before Kafka has acknowledged every message; the next relay sends the rest",
                    database);
        }
        stream.forceUpdateStatus();
        stream.close();
    }

    private void relay(PgOutput.Change change) throws SQLException, InterruptedException {
        switch (change) {
            case PgOutput.Change.Message(var prefix, var content) -> {
                if (prefix.equals(Outbox.PREFIX)) {
                    send(content);
                }
            }
            case PgOutput.Change.Commit(var end) -> inFlight.committed(end);
            case PgOutput.Change.Other() -> {
                // of no interest here
            }
        }
    }

    private void send(byte[] content) throws SQLException, InterruptedException {
        ProducerRecord<String, byte[]> message;
        try {
            message = Envelope.decode(content);
        } catch (IOException e) {
            metrics.undeliverable.increment();
            LOG.error("The outbox of {} contains something that is not a message; it is skipped: {}", database,
                    e.toString());
            return;
        }
        while (!inFlight.awaitRoom(properties.confirmInterval())) {
            if (stopping.getAsBoolean()) {
                return; // its transaction is not confirmed: the next relay sends it
            }
            stream.forceUpdateStatus(); // or the server considers this reader dead
        }
        InFlightTransactions.Transaction transaction = inFlight.sent();
        var _ = producer.send(message, (_, failure) -> {
            if (failure == null) {
                metrics.relayed.increment();
                inFlight.acknowledged(transaction);
            } else if (failure instanceof RecordTooLargeException || failure instanceof InvalidTopicException) {
                metrics.undeliverable.increment();
                LOG.error("Kafka will never accept a message from {} to {} with key {}; it is skipped", database,
                        message.topic(), message.key(), failure);
                inFlight.acknowledged(transaction);
            } else {
                inFlight.failed(failure);
                abort();
            }
        });
    }

    /** Ends a blocking read. */
    void abort() {
        if (aborted.compareAndSet(false, true)) {
            try {
                connection.abort(Runnable::run);
            } catch (SQLException e) {
                LOG.debug("Aborting a connection failed", e);
            }
        }
    }

    int messagesInFlight() {
        return inFlight.messages();
    }

    double lagBytes() {
        long confirmed = stream.getLastFlushedLSN().asLong();
        return confirmed == 0 ? 0 : Math.max(0, stream.getLastReceiveLSN().asLong() - confirmed);
    }
}
