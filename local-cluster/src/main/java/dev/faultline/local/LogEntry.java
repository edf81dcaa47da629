package dev.faultline.local;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A log entry of a service.
 *
 * @param logger     the simple name
 * @param context    the ids of the order and the trace, if known
 * @param stackTrace empty if there is none
 */
public record LogEntry(String timestamp, String level, String logger, String message, Map<String, String> context,
        String stackTrace) {

    /** Empty if no service wrote the line, but a backing service or a JVM. */
    public static Optional<LogEntry> parse(String line) {
        if (!line.startsWith("{")) {
            return Optional.empty();
        }
        try {
            JsonNode entry = JsonMapper.shared().readTree(line);
            var context = new LinkedHashMap<String, String>();
            add(context, "order", entry.path("orderId"));
            add(context, "trace", entry.path("traceId"));
            String logger = entry.path("logger_name").asString("");
            return Optional.of(new LogEntry(entry.path("@timestamp").asString(""), entry.path("level").asString(""),
                    logger.substring(logger.lastIndexOf('.') + 1), entry.path("message").asString("").strip(), context,
                    entry.path("stack_trace").asString("").stripTrailing()));
        } catch (JacksonException e) {
            return Optional.empty();
        }
    }

    private static void add(Map<String, String> context, String name, JsonNode value) {
        if (value.isString()) {
            context.put(name, value.asString());
        }
    }
}
