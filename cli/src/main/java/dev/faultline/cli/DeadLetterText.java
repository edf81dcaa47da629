package dev.faultline.cli;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import dev.faultline.deadletters.DeadLetter;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** Prints dead letters. */
final class DeadLetterText {
    private static final int REASON_LENGTH = 60;
    /** Control characters, with which a poison message could control the terminal. */
    private static final Pattern CONTROL = Pattern.compile("[\\p{Cntrl}&&[^\n]]");

    private final Terminal terminal;

    DeadLetterText(Terminal terminal) {
        this.terminal = terminal;
    }

    /** One line per dead letter, and the count by topic. */
    void table(List<DeadLetter> letters) {
        int idWidth = letters.stream().mapToInt(letter -> letter.id().toString().length()).max().orElse(0);
        String row = "%-" + idWidth + "s  %-19s  %-18s %-26s %-8s  %s";
        terminal.line(row.formatted("ID", "MOVED AT", "TYPE", "KEY", "REPLAYED", "REASON"));
        letters.forEach(letter -> terminal.line(row.formatted(letter.id(), time(letter.movedAt()), line(letter
                .type()), line(letter.key()), times(letter.replays().size()), shortened(line(letter.reason())))
                .stripTrailing()));
        terminal.line("");
        Map<String, Long> topics = letters.stream().collect(Collectors.groupingBy(letter -> letter.id()
                .originalTopic(), TreeMap::new, Collectors.counting()));
        terminal.line(count(letters.size()) + ", " + letters.stream().filter(DeadLetter::isReplayed).count()
                + " replayed: " + topics.entrySet().stream().map(topic -> topic.getValue() + " of " + topic.getKey())
                        .collect(Collectors.joining(", ")));
    }

    void details(DeadLetter letter) {
        terminal.line("Dead letter " + letter.id());
        field("origin", letter.origin());
        field("moved at", time(letter.movedAt()));
        field("reason", letter.reason());
        field("type", letter.type());
        field("key", letter.key());
        field("trace", letter.traceId().orElse("none"));
        field("replayed", letter.isReplayed() ? letter.replays().stream().map(DeadLetterText::time)
                .collect(Collectors.joining(", ")) : "no");
        terminal.line("");
        terminal.line("Headers");
        letter.headers().forEach(header -> terminal.line("  %-24s %s".formatted(line(header.name()), line(header
                .value())).stripTrailing()));
        terminal.line("");
        terminal.line("Content");
        terminal.line(letter.content().map(DeadLetterText::formatted).orElse("none"));
    }

    static String count(int letters) {
        return letters == 1 ? "1 dead letter" : letters + " dead letters";
    }

    private void field(String name, String value) {
        terminal.line("  %-10s %s".formatted(name, line(value)));
    }

    /** Pretty-prints JSON; other content is printed unchanged, except for control characters. */
    private static String formatted(String content) {
        try {
            JsonMapper json = JsonMapper.shared();
            return json.writerWithDefaultPrettyPrinter().writeValueAsString(json.readTree(content));
        } catch (JacksonException e) {
            return "not JSON:\n" + CONTROL.matcher(content).replaceAll("?");
        }
    }

    private static String times(int replays) {
        return switch (replays) {
            case 0 -> "no";
            case 1 -> "once";
            default -> replays + " times";
        };
    }

    private static String line(String text) {
        return CONTROL.matcher(text.replace('\n', ' ')).replaceAll("?");
    }

    private static String shortened(String text) {
        return text.length() <= REASON_LENGTH ? text : text.substring(0, REASON_LENGTH - 1) + "…";
    }

    private static String time(Instant time) {
        return time.toString().substring(0, 19).replace('T', ' ');
    }
}
