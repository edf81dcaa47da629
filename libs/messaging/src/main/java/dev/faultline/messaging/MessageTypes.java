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

/** The records of a sealed interface by their simple names, which are their types on the wire. */
final class MessageTypes<M> {
    private final Map<String, ObjectReader> readers = new HashMap<>();

    /** @throws IllegalArgumentException if not all permitted classes are records with names of their own */
    MessageTypes(Class<M> type, JsonMapper json) {
        add(type, json);
    }

    private void add(Class<?> type, JsonMapper json) {
        if (type.isSealed()) {
            for (Class<?> permitted : type.getPermittedSubclasses()) {
                add(permitted, json);
            }
        } else if (!type.isRecord() || readers.put(type.getSimpleName(), json.readerFor(type)) != null) {
            throw new IllegalArgumentException(type + " is no record, or another one has its name");
        }
    }

    M read(Headers headers, byte @Nullable [] body) throws UnreadableMessageException {
        String type = text(headers, Envelope.TYPE);
        ObjectReader reader = type == null ? null : readers.get(type);
        if (reader == null) {
            throw new UnreadableMessageException("a message of unknown type " + type, null);
        }
        M message = null;
        JacksonException cause = null;
        try {
            message = body == null ? null : reader.readValue(body);
        } catch (JacksonException e) {
            cause = e;
        }
        if (message == null) {
            throw new UnreadableMessageException("a message whose body is no " + type, cause);
        }
        return message;
    }

    static @Nullable String text(Headers headers, String name) {
        Header header = headers.lastHeader(name);
        return header == null || header.value() == null ? null : new String(header.value(), UTF_8);
    }
}
