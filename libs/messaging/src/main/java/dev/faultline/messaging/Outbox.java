package dev.faultline.messaging;

import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;
import java.util.UUID;
import java.util.random.RandomGenerator;

import io.micrometer.tracing.Tracer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * A transactional outbox: messages are sent if and only if the database transaction commits.
 *
 * <p>
 * The outbox is the write-ahead log itself, so there is no table to poll or vacuum, and messages are read in commit
 * order. An {@link OutboxRelay} of the service forwards them to Kafka. (PostgreSQL manual, "Replication Management
 * Functions", {@code pg_logical_emit_message}; Chris Richardson's patterns "Transactional outbox" and "Transaction log
 * tailing".)
 */
public final class Outbox {
    /** The prefix of outbox messages in the log; the relay ignores others. */
    static final String PREFIX = "outbox";

    private final JsonMapper json;
    private final MessageTracing tracing;
    private final long maxMessageBytes;
    private final Clock clock;
    private final RandomGenerator random;

    /** For use without Spring: no tracing, and at most 256 KiB per message. */
    public Outbox(JsonMapper json) {
        this(json, new MessageTracing(Tracer.NOOP), 256 * 1024, Clock.systemUTC(), new SecureRandom());
    }

    Outbox(JsonMapper json, MessageTracing tracing, long maxMessageBytes, Clock clock, RandomGenerator random) {
        this.json = json;
        this.tracing = tracing;
        this.maxMessageBytes = maxMessageBytes;
        this.clock = clock;
        this.random = random;
    }

    /**
     * Appends messages in the caller's transaction, in one round trip. They are delivered at least once, in order per
     * key; there is no order across keys. A redelivered message keeps its id and may arrive after later messages.
     *
     * @throws IllegalStateException if the connection is not in a transaction
     * @throws IllegalArgumentException if a message exceeds {@code faultline.messaging.outbox.max-message-size}
     */
    public void append(Connection transaction, List<OutgoingMessage> messages) throws SQLException {
        if (transaction.getAutoCommit()) {
            throw new IllegalStateException("messages must be appended in a transaction");
        }
        if (messages.isEmpty()) {
            return;
        }
        String current = tracing.currentTraceparent();
        byte[][] encoded = messages.stream().map(message -> encode(message, current)).toArray(byte[][]::new);
        // unnest keeps the order of the elements; count() avoids returning one position per message.
        try (var emit = transaction.prepareStatement(
                "select count(pg_logical_emit_message(true, '" + PREFIX + "', m)) from unnest(?::bytea[]) as m")) {
            emit.setArray(1, transaction.createArrayOf("bytea", encoded));
            emit.execute();
        }
    }

    /**
     * The first two arguments of the SQL function {@code outbox_send(keys, contents, admitted)}: for a statement that
     * writes a batch of rows and sends the messages of those that it could write. It has the guarantees of {@link #append}.
     *
     * @throws IllegalArgumentException if a message is larger than {@code faultline.messaging.outbox.max-message-size}
     */
    public Encoded encode(List<OutgoingMessage> messages) {
        String current = tracing.currentTraceparent();
        return new Encoded(messages.stream().map(OutgoingMessage::key).toArray(String[]::new),
                messages.stream().map(message -> encode(message, current)).toArray(byte[][]::new));
    }

    /** Messages in their order. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Encoded(String[] keys, byte[][] contents) {}

    private byte[] encode(OutgoingMessage message, @Nullable String current) {
        String type = message.payload().getClass().getSimpleName();
        String traceparent = message.traceparent() == null ? current : message.traceparent();
        byte[] encoded = Envelope.encode(nextId(), message.topic(), message.key(), type, traceparent,
                json.writeValueAsBytes(message.payload()));
        if (encoded.length > maxMessageBytes) {
            throw new IllegalArgumentException("a " + type + " of " + encoded.length
                    + " bytes exceeds faultline.messaging.outbox.max-message-size, " + maxMessageBytes);
        }
        return encoded;
    }

    /** A UUID of version 7 (RFC 9562): ordered by time, so that of two ids the older one is seen. */
    private UUID nextId() {
        long timeVersionAndRandom = clock.millis() << 16 | 0x7000L | (random.nextLong() & 0x0fffL);
        return new UUID(timeVersionAndRandom, (random.nextLong() & 0x3fffffffffffffffL) | 0x8000000000000000L);
    }
}
