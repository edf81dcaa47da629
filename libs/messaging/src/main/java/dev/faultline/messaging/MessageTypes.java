package dev.faultline.messaging;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.HashMap;
import java.util.Map;

import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.json.JsonMapper;

/** The records permitted by a sealed interface, by simple name, which is the type on the wire. */
final class MessageTypes<M> {
    private final Map<String, ObjectReader> readers = new HashMap<>();

    /** @throws IllegalArgumentException if a permitted class is not a record, or two have the same simple name */
    MessageTypes(Class<M> type, JsonMapper json) {
        add(type, json);
    }

    private void add(Class<?> type, JsonMapper json) {
        if (type.isSealed()) {
            for (Class<?> permitted : type.getPermittedSubclasses()) {
                add(permitted, json);
            }
        } else if (!type.isRecord() || readers.put(type.getSimpleName(), json.readerFor(type)) != null) {
            throw new IllegalArgumentException(type + " is not a record, or its simple name is not unique");
        }
    }

    M read(Headers headers, byte @Nullable [] body) throws UnreadableMessageException {
        String type = text(headers, Envelope.TYPE);
        ObjectReader reader = type == null ? null : readers.get(type);
        if (reader == null) {
            throw new UnreadableMessageException("unknown message type " + type, null);
        }
        M message = null;
        JacksonException cause = null;
        try {
            message = body == null ? null : reader.readValue(body);
        } catch (JacksonException e) {
            cause = e;
        }
        if (message == null) {
            throw new UnreadableMessageException("message body is not a valid " + type, cause);
        }
        return message;
    }

    static @Nullable String text(Headers headers, String name) {
        Header header = headers.lastHeader(name);
        return header == null || header.value() == null ? null : new String(header.value(), UTF_8);
    }
}
