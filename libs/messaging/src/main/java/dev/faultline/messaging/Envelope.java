package dev.faultline.messaging;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.UUID;

import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/**
 * The encoding of a message in the write-ahead log: a version byte, the id in 16 bytes, then topic, key, type and
 * traceparent (empty if absent) as {@link DataOutputStream#writeUTF} writes them, and the JSON body. In Kafka, id, type
 * and traceparent become headers.
 */
final class Envelope {
    static final String ID = "id";
    static final String TYPE = "type";
    static final String TRACEPARENT = "traceparent";

    private static final int VERSION = 1;
    /** A larger first byte is printable text, so the content is not an envelope. */
    private static final int MAX_VERSION = 31;

    private Envelope() {}

    static byte[] encode(UUID id, String topic, String key, String type, @Nullable String traceparent, byte[] body) {
        var bytes = new ByteArrayOutputStream(160 + body.length);
        try (var out = new DataOutputStream(bytes)) {
            out.writeByte(VERSION);
            out.writeLong(id.getMostSignificantBits());
            out.writeLong(id.getLeastSignificantBits());
            out.writeUTF(topic);
            out.writeUTF(key);
            out.writeUTF(type);
            out.writeUTF(traceparent == null ? "" : traceparent);
            out.write(body);
        } catch (IOException e) {
            throw new IllegalArgumentException("a message key must not exceed 64 KiB", e);
        }
        return bytes.toByteArray();
    }

    /**
     * @throws NewerVersionException if a newer release wrote the envelope
     * @throws IOException if {@code encoded} is not an envelope
     */
    static ProducerRecord<String, byte[]> decode(byte[] encoded) throws IOException {
        try (var in = new DataInputStream(new ByteArrayInputStream(encoded))) {
            int version = in.readUnsignedByte();
            if (version == 0 || version > MAX_VERSION) {
                throw new IOException("not an outbox message");
            }
            if (version > VERSION) {
                throw new NewerVersionException(version);
            }
            var id = new UUID(in.readLong(), in.readLong());
            String topic = in.readUTF();
            String key = in.readUTF();
            String type = in.readUTF();
            String traceparent = in.readUTF();
            var message = new ProducerRecord<>(topic, key, in.readAllBytes());
            message.headers().add(ID, id.toString().getBytes(US_ASCII)).add(TYPE, type.getBytes(US_ASCII));
            if (!traceparent.isEmpty()) {
                message.headers().add(TRACEPARENT, traceparent.getBytes(US_ASCII));
            }
            return message;
        }
    }

    /** During a rolling upgrade an old relay may hold the slot; it must leave such a message to a new one. */
    static final class NewerVersionException extends RuntimeException {
        private NewerVersionException(int version) {
            super("outbox message version " + version + " is from a newer release than this relay");
        }
    }
}
