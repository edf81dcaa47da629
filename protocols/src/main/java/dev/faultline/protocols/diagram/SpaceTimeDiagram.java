package dev.faultline.protocols.diagram;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

import dev.faultline.protocols.schedules.NodeId;
import dev.faultline.protocols.schedules.Replay;
import dev.faultline.protocols.schedules.TraceEvent;
import dev.faultline.protocols.schedules.TraceEvent.Arrived;
import dev.faultline.protocols.schedules.TraceEvent.Crashed;
import dev.faultline.protocols.schedules.TraceEvent.Lost;
import dev.faultline.protocols.schedules.TraceEvent.Note;
import dev.faultline.protocols.schedules.TraceEvent.Noted;
import dev.faultline.protocols.schedules.TraceEvent.Partitioned;
import dev.faultline.protocols.schedules.TraceEvent.Restarted;
import dev.faultline.protocols.schedules.TraceEvent.Sent;
import dev.faultline.protocols.schedules.TraceEvent.Violated;

/**
 * A schedule as a picture: a line down for each node, time from top to bottom, an arrow for each message. Whatever has a label
 * has a row of its own, so that no two labels meet; distances are not in proportion to time.
 *
 * @see <a href="https://doi.org/10.1145/359545.359563">Lamport: Time, Clocks, and the Ordering of Events, 1978 (figure 1)</a>
 */
public final class SpaceTimeDiagram {
    private static final int MOST_ROWS = 64;
    private static final int MOST_ROUTINE = 100;
    private static final int WIDTH = 1_000;
    private static final int TIMES = 54;
    private static final int MARGIN = 150;
    private static final int WIDEST_COLUMN = 190;
    private static final int TOP = 46;
    private static final int ROW = 17;
    private static final int SMALL_ROW = 7;
    private static final int LINE_LENGTH = 150;
    private static final int GAP = 8;
    /** How wide one is at most, on average. */
    private static final double CHARACTER = 6.8;

    private final List<TraceEvent> events;
    private final List<NodeId> nodes;
    private final Map<NodeId, Double> columns = new HashMap<>();
    private final Map<TraceEvent, Integer> rows = new LinkedHashMap<>();
    private final StringBuilder shades = new StringBuilder();
    private final StringBuilder lines = new StringBuilder();
    private final StringBuilder labels = new StringBuilder();
    private final int bottom;

    private SpaceTimeDiagram(List<TraceEvent> events, List<NodeId> all) {
        this.events = events.stream().distinct().toList();
        Set<NodeId> seen = new HashSet<>();
        events.forEach(event -> {
            switch (event) {
                case Sent sent -> seen.addAll(List.of(sent.from(), sent.to()));
                case Noted noted -> seen.add(noted.node());
                case Crashed crashed -> seen.add(crashed.node());
                case Restarted restarted -> seen.add(restarted.node());
                case Arrived(_, Sent sent) -> seen.addAll(List.of(sent.from(), sent.to()));
                case Lost _,Partitioned _,Violated _ -> {
                }
            }
        });
        this.nodes = all.stream().filter(seen::contains).toList();
        double width = Math.min(WIDEST_COLUMN, (double) (WIDTH - TIMES - 2 * MARGIN) / Math.max(1, nodes.size() - 1));
        double left = TIMES + MARGIN + Math.max(0, (WIDTH - TIMES - 2 * MARGIN - width * (nodes.size() - 1)) / 2);
        for (int i = 0; i < nodes.size(); i++) {
            columns.put(nodes.get(i), left + i * width);
        }
        this.bottom = layOut();
    }

    /**
     * The whole schedule if it is short; otherwise the part before the violation, or else its beginning. Heartbeats and the like
     * are left out if there are many, and so is an end in which only messages were sent.
     */
    public static String svg(Replay replay) {
        List<TraceEvent> events = withoutIdleEnd(replay.trace().events());
        int rows = (int) events.stream().filter(SpaceTimeDiagram::hasLabel).count();
        int leftOut = Math.max(0, rows - MOST_ROWS);
        boolean end = replay.anomaly() != null;
        var shown = new ArrayList<TraceEvent>();
        int row = 0;
        for (TraceEvent event : events) {
            boolean inside = end ? row >= leftOut : row < MOST_ROWS;
            if (inside || event instanceof Partitioned) {
                shown.add(event);
            }
            row += hasLabel(event) ? 1 : 0;
        }
        boolean quiet = shown.stream().filter(SpaceTimeDiagram::isRoutine).count() > MOST_ROUTINE;
        if (quiet) {
            shown.removeIf(SpaceTimeDiagram::isRoutine);
        }
        return new SpaceTimeDiagram(shown, replay.trace().nodes()).svg("seed " + replay.seed()
                + (leftOut == 0 ? "" : ", %,d %s events are left out".formatted(leftOut, end ? "earlier" : "later"))
                + (quiet ? ", and messages in which nothing is new" : ""));
    }

    /** Some invariants are checked long after the last step of which a node had anything to say. */
    private static List<TraceEvent> withoutIdleEnd(List<TraceEvent> events) {
        int last = events.size() - 1;
        while (last > 0 && !(events.get(last) instanceof Noted)) {
            last--;
        }
        List<TraceEvent> idle = events.subList(last + 1, events.size());
        if (last <= 0 || idle.stream().filter(SpaceTimeDiagram::hasLabel).count() < MOST_ROWS / 4) {
            return events;
        }
        var busy = new ArrayList<>(events.subList(0, last + 1));
        idle.stream().filter(Violated.class::isInstance).forEach(busy::add);
        return busy;
    }

    /** The part of the schedule between two moments. */
    public static String svg(Replay replay, long fromMs, long toMs) {
        return new SpaceTimeDiagram(replay.trace().events().stream().filter(event -> event instanceof Partitioned
                || (event.atMs() >= fromMs && event.atMs() <= toMs)).toList(), replay.trace().nodes()).svg(
                        "seed %d, from %,d to %,d ms".formatted(replay.seed(), fromMs, toMs));
    }

    private static boolean hasLabel(TraceEvent event) {
        return switch (event) {
            case Sent _,Partitioned _ -> false;
            case Arrived _,Lost _ -> !isRoutine(event);
            case Noted _,Crashed _,Restarted _,Violated _ -> true;
        };
    }

    private static boolean isRoutine(TraceEvent event) {
        return switch (event) {
            case Sent sent -> sent.routine();
            case Arrived(_, Sent sent) -> sent.routine();
            case Lost(_, Sent sent, _) -> sent.routine();
            case Noted _,Crashed _,Restarted _,Partitioned _,Violated _ -> false;
        };
    }

    /** Gives each event a row, from top to bottom. */
    private int layOut() {
        int y = TOP;
        long lastMs = Long.MIN_VALUE;
        NodeId lastSender = null;
        for (TraceEvent event : events) {
            if (event.atMs() > lastMs + 60 && lastMs != Long.MIN_VALUE) {
                y += SMALL_ROW;
            }
            NodeId sender = event instanceof Sent sent ? sent.from() : null;
            if (sender == null || !sender.equals(lastSender) || event.atMs() != lastMs) {
                y += hasLabel(event) || event instanceof Partitioned ? ROW : SMALL_ROW;
            }
            lastSender = sender;
            lastMs = event instanceof Partitioned ? lastMs : event.atMs();
            rows.put(event, y);
        }
        return y + ROW;
    }

    private String svg(String title) {
        times();
        events.forEach(this::draw);
        unfinished();
        processes();
        String violation = events.isEmpty() || !(events.getLast() instanceof Violated(_, String what))
                ? ""
                : violation(what);
        int height = bottom + 10 + (violation.isEmpty() ? 0 : 18 * (violation.split("<tspan", -1).length - 1));
        return """
                <svg xmlns='http://www.w3.org/2000/svg' class='space-time' viewBox='0 0 %d %d'>
                <style>
                .space-time text{font:11px system-ui,'DejaVu Sans',sans-serif;fill:#222;stroke:#fff;stroke-width:3px;paint-order:stroke;stroke-linejoin:round}
                .space-time .page{fill:#fff} .space-time text.muted{fill:#666} .space-time text.good{fill:#17803d;font-weight:600}
                .space-time text.bad{fill:#c0262d;font-weight:600} .space-time text.name{font-weight:600;font-size:13px}
                .space-time .process{stroke:#666;stroke-width:1.5} .space-time .down{stroke:#c0262d;stroke-width:1.5;stroke-dasharray:2 5}
                .space-time .message{stroke:#2563c9;fill:none} .space-time .routine{stroke:#aaa;fill:none;stroke-width:.7} .space-time .lost{stroke:#c0262d;fill:none;stroke-dasharray:4 3}
                .space-time .half{fill:#c9a2e8;opacity:.4} .space-time text.half{fill:#5b2c87;opacity:1}
                .space-time circle.good{fill:#17803d} .space-time circle.step{fill:#222} .space-time circle.up{fill:#fff;stroke:#222} .space-time path.bad{stroke:#c0262d;stroke-width:2;fill:none}
                .space-time .head{fill:#2563c9}
                @media (prefers-color-scheme:dark){
                .space-time text{fill:#ddd;stroke:#191919} .space-time .page{fill:#191919} .space-time text.muted{fill:#999} .space-time text.good{fill:#4cc77a}
                .space-time text.bad{fill:#f0686e} .space-time .process{stroke:#999} .space-time .message{stroke:#7aa7f7} .space-time .routine{stroke:#555}
                .space-time .half{fill:#71508c} .space-time text.half{fill:#c493f0} .space-time circle.step{fill:#ddd} .space-time circle.up{fill:#191919;stroke:#ddd} .space-time .head{fill:#7aa7f7}}
                </style>
                <rect class='page' width='%d' height='%d'/>
                <text class='muted' x='4' y='14'>%s</text>
                %s%s%s%s
                </svg>
                """
                .formatted(WIDTH, height, WIDTH, height, escaped(title), shades, lines, labels, violation);
    }

    private void draw(TraceEvent event) {
        int y = rows.getOrDefault(event, TOP);
        switch (event) {
            case Sent _ -> {
            }
            case Arrived(_, Sent sent) -> arrow(sent, y);
            case Lost(_, Sent sent, String why) -> lost(sent, y, why);
            case Noted noted -> {
                boolean decides = noted.note() == Note.DECISION;
                circle(noted.node(), y, decides ? "good" : "step");
                beside(x(noted.node()), y, 1, decides ? "good" : "", noted.what());
            }
            case Crashed(_, NodeId node) -> {
                cross(x(node), y);
                beside(x(node), y, 1, "bad", "crashes");
            }
            case Restarted(_, NodeId node) -> {
                circle(node, y, "up");
                beside(x(node), y, 1, "", "restarts");
            }
            case Partitioned partitioned -> partition(partitioned, y);
            case Violated _ -> {
            }
        }
    }

    /** The label is on the far side of the line that the arrow meets, where its own arrow is not. */
    private void arrow(Sent sent, int y) {
        double to = x(sent.to());
        int side = x(sent.from()) < to ? 1 : -1;
        Integer sentAt = rows.get(sent);
        double fromX = sentAt == null ? to - side * 45 : x(sent.from());
        double fromY = sentAt == null ? y - 9 : sentAt;
        line(sent.routine() ? "routine" : "message", fromX, fromY, to, y);
        if (!sent.routine()) {
            head(fromX, fromY, to, y);
            beside(to, y, side, "", sent.label());
        }
    }

    private void lost(Sent sent, int y, String why) {
        double from = x(sent.from());
        double end = from + (x(sent.to()) - from) * 0.7;
        Integer sentAt = rows.get(sent);
        line("lost", sentAt == null ? end - (end - from) * 0.3 : from, sentAt == null ? y - 5 : sentAt, end, y);
        cross(end, y);
        if (!sent.routine()) {
            int side = from < end ? 1 : -1;
            beside(end, y, side, "muted", "lost".equals(why) ? sent.label() : sent.label() + " (" + why + ")");
        }
    }

    /** Messages that are under way when the picture ends. */
    private void unfinished() {
        Set<Sent> ended = new HashSet<>();
        events.forEach(event -> {
            if (event instanceof Arrived(_, Sent sent)) {
                ended.add(sent);
            } else if (event instanceof Lost(_, Sent sent, _)) {
                ended.add(sent);
            }
        });
        events.forEach(event -> {
            if (event instanceof Sent sent && !ended.contains(sent) && !sent.routine()) {
                int y = rows.getOrDefault(sent, TOP);
                double from = x(sent.from());
                line("routine", from, y, from + (x(sent.to()) - from) * 0.25, Math.min(bottom, y + 2 * ROW));
            }
        });
    }

    private void partition(Partitioned partitioned, int y) {
        int end = events.stream().filter(event -> event.atMs() <= partitioned.untilMs()).mapToInt(event -> rows
                .getOrDefault(event, y)).max()
                .orElse(bottom);
        if (end <= y) {
            return;
        }
        partitioned.half().stream().filter(columns::containsKey).forEach(node -> shades.append(
                "<rect class='half' x='%s' y='%d' width='22' height='%d'/>".formatted(number(x(node) - 11), y, end
                        - y)));
        label(4, y + 4, "start", "half", partitioned.half().stream().map(NodeId::name).collect(Collectors.joining(
                " ", "cut off: ", "")));
    }

    /** Lines down, broken where a node is. */
    private void processes() {
        for (NodeId node : nodes) {
            label(x(node), TOP - 12, "middle", "name", node.name());
            List<TraceEvent> changes = events.stream().filter(event -> switch (event) {
                case Crashed(_, NodeId crashed) -> crashed.equals(node);
                case Restarted(_, NodeId restarted) -> restarted.equals(node);
                default -> false;
            }).toList();
            int from = TOP - 6;
            boolean up = changes.isEmpty() || changes.getFirst() instanceof Crashed;
            for (TraceEvent change : changes) {
                int y = rows.getOrDefault(change, TOP);
                process(node, from, y, up);
                from = y;
                up = change instanceof Restarted;
            }
            process(node, from, bottom - 4, up);
        }
    }

    private void process(NodeId node, int from, int to, boolean up) {
        shades.append("<path class='%s' d='M%s %dV%d'/>".formatted(up ? "process" : "down", number(x(node)), from,
                to));
    }

    private void times() {
        int lastY = 0;
        long lastMs = -1;
        for (TraceEvent event : events) {
            int y = rows.getOrDefault(event, TOP);
            if (event instanceof Partitioned) {
                lastY = y;
            } else if (event.atMs() != lastMs && y >= lastY + 14) {
                label(TIMES, y + 4, "end", "muted", event.atMs() + " ms");
                lastY = y;
                lastMs = event.atMs();
            }
        }
    }

    private String violation(String what) {
        var text = new StringBuilder("<path class='bad' d='M0 %dH%d'/><text class='bad'>".formatted(bottom - 4,
                WIDTH));
        int y = bottom + 14;
        for (String line : wrapped(what)) {
            text.append("<tspan x='4' y='%d'>%s</tspan>".formatted(y, escaped(line)));
            y += 16;
        }
        return text.append("</text>").toString();
    }

    private static List<String> wrapped(String text) {
        var lines = new ArrayList<String>();
        var line = new StringBuilder();
        for (String word : text.split(" ", -1)) {
            if (line.length() + word.length() > LINE_LENGTH) {
                lines.add(line.toString());
                line.setLength(0);
            }
            line.append(line.isEmpty() ? "" : " ").append(word);
        }
        lines.add(line.toString());
        return lines;
    }

    private double x(NodeId node) {
        return columns.getOrDefault(node, (double) TIMES);
    }

    private void line(String style, double fromX, double fromY, double toX, double toY) {
        lines.append("<path class='%s' d='M%s %sL%s %s'/>".formatted(style, number(fromX), number(fromY), number(toX),
                number(toY)));
    }

    private void head(double fromX, double fromY, double toX, double toY) {
        double angle = Math.toDegrees(Math.atan2(toY - fromY, toX - fromX));
        lines.append("<path class='head' d='M0 0L-8 -3.2V3.2Z' transform='translate(%s %s) rotate(%s)'/>".formatted(
                number(toX), number(toY), number(angle)));
    }

    private void circle(NodeId node, int y, String style) {
        lines.append("<circle class='%s' cx='%s' cy='%d' r='4'/>".formatted(style, number(x(node)), y));
    }

    private void cross(double x, int y) {
        lines.append("<path class='bad' d='M%s %dl8 8m0 -8l-8 8'/>".formatted(number(x - 4), y - 4));
    }

    /** On this side of a line if there is room, which there is on one side at least for labels that are not too long. */
    private void beside(double x, int y, int preferred, String style, String text) {
        double left = x - TIMES - 2 * GAP;
        double right = WIDTH - x - 2 * GAP;
        boolean fits = text.length() * CHARACTER <= (preferred > 0 ? right : left);
        int side = fits ? preferred : right > left ? 1 : -1;
        int most = (int) ((side > 0 ? right : left) / CHARACTER);
        String shown = text.length() <= most ? text : text.substring(0, most - 1) + "…";
        label(x + side * GAP, y + 4, side > 0 ? "start" : "end", style, shown);
    }

    private void label(double x, double y, String anchor, String style, String text) {
        labels.append("<text class='%s' x='%s' y='%s' text-anchor='%s'>%s</text>".formatted(style, number(x), number(y),
                anchor, escaped(text)));
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;");
    }
}
