package dev.faultline.local.cli;

import java.util.ArrayList;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A line of a log as people read it: time, level, who, what, and which order and trace it belongs to. */
final class LogText {
    private final Terminal terminal;
    private final JsonMapper json = JsonMapper.shared();

    LogText(Terminal terminal) {
        this.terminal = terminal;
    }

    /** What is not JSON stays as it is. */
    String readable(String line) {
        if (!line.startsWith("{")) {
            return line;
        }
        try {
            return readable(json.readTree(line));
        } catch (JacksonException e) {
            return line;
        }
    }

    private String readable(JsonNode entry) {
        String level = entry.path("level").asString("");
        var text = new StringBuilder()
                .append(terminal.coloured(Terminal.Colour.GREY, time(entry.path("@timestamp").asString(""))))
                .append(' ').append(terminal.coloured(colour(level), "%-5s".formatted(level)))
                .append(" %-28s ".formatted(simpleName(entry.path("logger_name").asString(""))))
                .append(entry.path("message").asString(""));
        var context = new ArrayList<String>();
        for (String field : new String[]{"orderId", "traceId"}) {
            if (entry.path(field).isString()) {
                context.add(field.replace("Id", "") + "=" + entry.path(field).asString());
            }
        }
        if (!context.isEmpty()) {
            text.append(terminal.coloured(Terminal.Colour.GREY, "  " + String.join(" ", context)));
        }
        if (entry.path("stack_trace").isString()) {
            text.append('\n').append(entry.path("stack_trace").asString().stripTrailing());
        }
        return text.toString();
    }

    private static Terminal.Colour colour(String level) {
        return switch (level) {
            case "ERROR" -> Terminal.Colour.RED;
            case "WARN" -> Terminal.Colour.YELLOW;
            default -> Terminal.Colour.GREY;
        };
    }

    /** The time of day, to the millisecond. */
    private static String time(String timestamp) {
        int t = timestamp.indexOf('T');
        return t < 0 ? timestamp : timestamp.substring(t + 1, Math.min(timestamp.length(), t + 13));
    }

    private static String simpleName(String logger) {
        return logger.substring(logger.lastIndexOf('.') + 1);
    }
}
