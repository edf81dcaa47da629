package dev.faultline.messaging;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Decodes the parts of the {@code pgoutput} protocol, version 1, that a relay needs.
 *
 * @see <a href="https://www.postgresql.org/docs/18/protocol-logicalrep-message-formats.html">Logical Replication
 *        Message Formats</a>
 */
final class PgOutput {
    private static final int FLAGS_AND_POSITION = Byte.BYTES + Long.BYTES;

    private PgOutput() {}

    /** An entry of the replication stream. */
    sealed interface Change {
        /** A logical decoding message. */
        @SuppressWarnings("ArrayRecordComponent") // never compared
        record Message(String prefix, byte[] content) implements Change {}

        /** The commit of a transaction, which ends at this position. */
        record Commit(long end) implements Change {}

        /** Any other entry, such as the begin of a transaction. */
        record Other() implements Change {}
    }

    static Change decode(ByteBuffer change) {
        return switch (change.get()) {
            case 'M' -> {
                change.position(change.position() + FLAGS_AND_POSITION);
                String prefix = text(change);
                var content = new byte[change.getInt()];
                change.get(content);
                yield new Change.Message(prefix, content);
            }
            case 'C' -> {
                change.position(change.position() + FLAGS_AND_POSITION);
                yield new Change.Commit(change.getLong());
            }
            default -> new Change.Other();
        };
    }

    /** Reads a null-terminated string. */
    private static String text(ByteBuffer change) {
        int start = change.position();
        while (change.get() != 0) {
            // skip to the terminator
        }
        byte[] bytes = Arrays.copyOfRange(change.array(), change.arrayOffset() + start,
                change.arrayOffset() + change.position() - 1);
        return new String(bytes, UTF_8);
    }
}
