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
 * A message in the write-ahead log: a version byte, the id's 16 bytes, topic, key, type and traceparent (or nothing) as
 * {@link DataOutputStream#writeUTF} writes them, and the JSON body up to the end. In Kafka topic, key and body have their
 * places, the others are headers.
 */
final class Envelope {
    static final String ID = "id";
    static final String TYPE = "type";
    static final String TRACEPARENT = "traceparent";

    private static final int VERSION = 1;
    /** Beyond it are the letters: what begins with one was written by hand. */
    private static final int LAST_VERSION = 31;

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
            throw new IllegalArgumentException("a message's key is longer than 64 KiB", e);
        }
        return bytes.toByteArray();
    }

    /**
     * @throws NewerVersion if a newer release has written it
     * @throws IOException if it is no envelope
     */
    static ProducerRecord<String, byte[]> decode(byte[] encoded) throws IOException {
        try (var in = new DataInputStream(new ByteArrayInputStream(encoded))) {
            int version = in.readUnsignedByte();
            if (version == 0 || version > LAST_VERSION) {
                throw new IOException("not an outbox message");
            }
            if (version > VERSION) {
                throw new NewerVersion(version);
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

    /** While a release is rolled out an older relay may hold the slot: it has to leave the message to a newer one. */
    static final class NewerVersion extends RuntimeException {
        private NewerVersion(int version) {
            super("an outbox message of version " + version + " was written by a newer release than this relay's");
        }
    }
}
