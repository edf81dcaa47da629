package dev.faultline.cli;

import java.util.stream.Collectors;

import dev.faultline.local.LogEntry;

/** Formats log lines: time, level, logger, message, and the ids of the order and the trace. */
final class LogText {
    private final Terminal terminal;

    LogText(Terminal terminal) {
        this.terminal = terminal;
    }

    /** Returns lines that no service wrote unchanged. */
    String formatted(String line) {
        return LogEntry.parse(line).map(this::formatted).orElse(line);
    }

    private String formatted(LogEntry entry) {
        String context = entry.context().entrySet().stream().map(field -> "  " + field.getKey() + "=" + field
                .getValue())
                .collect(Collectors.joining());
        return terminal.coloured(Terminal.Colour.GREY, time(entry.timestamp())) + " "
                + terminal.coloured(colour(entry.level()), "%-5s".formatted(entry.level()))
                + " %-28s ".formatted(entry.logger()) + entry.message() + terminal.coloured(Terminal.Colour.GREY,
                        context)
                + (entry.stackTrace().isEmpty() ? "" : "\n" + entry.stackTrace());
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
}
