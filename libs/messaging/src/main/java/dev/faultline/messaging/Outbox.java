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
 * Sends messages with a database transaction: all of them if it commits, none if it does not.
 *
 * <p>
 * The outbox is the write-ahead log itself: there is no table to poll and to vacuum, and messages come out in the order
 * of commits. (PostgreSQL manual, "Replication Management Functions", {@code pg_logical_emit_message}; the pattern is
 * Chris Richardson's "transactional outbox" with "log tailing".) An {@link OutboxRelay} of the service takes them to
 * Kafka.
 */
public final class Outbox {
    /** What the relay takes from the log; messages of other prefixes are not its own. */
    static final String PREFIX = "outbox";

    private final JsonMapper json;
    private final MessageTracing tracing;
    private final long maxMessageBytes;
    private final Clock clock;
    private final RandomGenerator random;

    /** For use without Spring: not traced, messages of 256 KiB at most. */
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
     * Appends within the caller's transaction, in one round trip. Delivered at least once, in order per key; no order
     * across keys. A message that is delivered again may come after later ones, with the id of the first time.
     *
     * @throws IllegalStateException if the connection is in no transaction
     * @throws IllegalArgumentException if a message is larger than {@code faultline.messaging.outbox.max-message-size}
     */
    public void append(Connection transaction, List<OutgoingMessage> messages) throws SQLException {
        if (transaction.getAutoCommit()) {
            throw new IllegalStateException("messages are sent with a transaction; there is none");
        }
        if (messages.isEmpty()) {
            return;
        }
        String current = tracing.current();
        byte[][] encoded = messages.stream().map(message -> encode(message, current)).toArray(byte[][]::new);
        // unnest gives the elements in their order; count() spares the way back of one position for each.
        try (var emit = transaction.prepareStatement(
                "select count(pg_logical_emit_message(true, '" + PREFIX + "', m)) from unnest(?::bytea[]) as m")) {
            emit.setArray(1, transaction.createArrayOf("bytea", encoded));
            emit.execute();
        }
    }

    private byte[] encode(OutgoingMessage message, @Nullable String current) {
        String type = message.payload().getClass().getSimpleName();
        String traceparent = message.traceparent() == null ? current : message.traceparent();
        byte[] encoded = Envelope.encode(nextId(), message.topic(), message.key(), type, traceparent,
                json.writeValueAsBytes(message.payload()));
        if (encoded.length > maxMessageBytes) {
            throw new IllegalArgumentException("a " + type + " of " + encoded.length + " bytes is larger than the "
                    + maxMessageBytes + " of faultline.messaging.outbox.max-message-size");
        }
        return encoded;
    }

    /** RFC 9562, version 7: by growing time, so that inboxes insert at one end of their index. */
    private UUID nextId() {
        long timeVersionAndRandom = clock.millis() << 16 | 0x7000L | (random.nextLong() & 0x0fffL);
        return new UUID(timeVersionAndRandom, (random.nextLong() & 0x3fffffffffffffffL) | 0x8000000000000000L);
    }
}
