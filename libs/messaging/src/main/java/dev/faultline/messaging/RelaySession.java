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
 * A relay's session on the slot: reads the log, sends the messages to Kafka, and confirms the log up to the last
 * acknowledged message. Runs on one thread; {@link #abort} and the gauges may be called from others.
 */
final class RelaySession {
    private static final Logger LOG = LoggerFactory.getLogger(RelaySession.class);

    /** Messages of an interval that are worth a pause. */
    private static final int WORTHWHILE = 5;

    private final OutboxDatabase database;
    private final MessagingProperties.Outbox properties;
    private final Connection connection;
    private final PGReplicationStream stream;
    private final Producer<String, byte[]> producer;
    private final RelayMetrics metrics;
    private final BooleanSupplier stopping;
    private final BatchPacing pacing;
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
        this.pacing = new BatchPacing(properties.batchInterval(), WORTHWHILE);
        // The driver reports the position at the next status interval. When everything is confirmed, it advances the
        // position with the server's, so that an idle outbox retains no log.
        this.inFlight = new InFlightTransactions(properties.maxInFlight(),
                end -> stream.setFlushedLSN(LogSequenceNumber.valueOf(end)));
    }

    /** Relays until the relay is stopped; throws if the stream ends or a message cannot be sent. */
    void run() throws Exception {
        try {
            while (!stopping.getAsBoolean()) {
                ByteBuffer change = stream.read();
                if (change == null) {
                    throw new SQLException("the server ended the stream");
                }
                boolean isPaced = false;
                while (change != null) {
                    PgOutput.Change decoded = PgOutput.decode(change);
                    if (!isPaced && decoded instanceof PgOutput.Change.Message) {
                        Thread.sleep(pacing.delay());
                        isPaced = true;
                    }
                    boolean isSent = relay(decoded);
                    inFlight.throwIfFailed();
                    change = isSent ? stream.readPending() : null;
                }
            }
        } catch (SQLException e) {
            inFlight.throwIfFailed(); // a failed send is the root cause
            throw e;
        }
        if (!inFlight.awaitAcknowledgements(properties.stopTimeout())) {
            LOG.warn("The relay of {} stopped before Kafka acknowledged every message; the next relay resends the rest",
                    database);
        }
        stream.forceUpdateStatus();
        stream.close();
    }

    /** @return false if the relay is to stop and has not sent the message: then nothing after it may be confirmed */
    private boolean relay(PgOutput.Change change) throws SQLException, InterruptedException {
        return switch (change) {
            case PgOutput.Change.Message(var prefix, var content) -> !prefix.equals(Outbox.PREFIX) || send(content);
            case PgOutput.Change.Commit(var end) -> {
                inFlight.committed(end);
                yield true;
            }
            case PgOutput.Change.Other() -> true;
        };
    }

    private boolean send(byte[] content) throws SQLException, InterruptedException {
        ProducerRecord<String, byte[]> message;
        try {
            message = Envelope.decode(content);
        } catch (IOException e) {
            metrics.undeliverable.increment();
            LOG.error("Skipped an entry in the outbox of {} that is not a message: {}", database,
                    e.toString());
            return true;
        }
        while (!inFlight.awaitCapacity(properties.confirmInterval())) {
            if (stopping.getAsBoolean()) {
                return false; // the next relay sends it
            }
            stream.forceUpdateStatus(); // or the server's wal_sender_timeout ends the stream
        }
        pacing.add(1);
        InFlightTransactions.Transaction transaction = inFlight.sent();
        var _ = producer.send(message, (_, failure) -> {
            if (failure == null) {
                metrics.relayed.increment();
                inFlight.acknowledged(transaction);
            } else if (failure instanceof RecordTooLargeException || failure instanceof InvalidTopicException) {
                metrics.undeliverable.increment();
                LOG.error("Skipped a message from {} to {} with key {} that Kafka cannot accept", database,
                        message.topic(), message.key(), failure);
                inFlight.acknowledged(transaction);
            } else {
                inFlight.failed(failure);
                abort();
            }
        });
        return true;
    }

    /** Unblocks the reader by aborting its connection. */
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
