package dev.faultline.protocols.schedules;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

import dev.faultline.protocols.schedules.TraceEvent.Arrived;
import dev.faultline.protocols.schedules.TraceEvent.Crashed;
import dev.faultline.protocols.schedules.TraceEvent.Lost;
import dev.faultline.protocols.schedules.TraceEvent.Noted;
import dev.faultline.protocols.schedules.TraceEvent.Partitioned;
import dev.faultline.protocols.schedules.TraceEvent.Restarted;
import dev.faultline.protocols.schedules.TraceEvent.Sent;
import dev.faultline.protocols.schedules.TraceEvent.Violated;

/** The events of one schedule, by time. Equal for equal schedules. */
public record Trace(List<NodeId> nodes, List<TraceEvent> events) {

    /** A message's loss is recorded when it is sent, for the moment at which it would have arrived, if that is before the end. */
    static Trace of(List<NodeId> nodes, List<TraceEvent> recorded, long endMs) {
        var events = new ArrayList<>(recorded);
        events.removeIf(event -> event.atMs() > endMs);
        events.sort(Comparator.comparingLong(TraceEvent::atMs));
        return new Trace(List.copyOf(nodes), List.copyOf(events));
    }

    /** One line for each event, for people to read. */
    public List<String> lines() {
        return events.stream().map(event -> String.format(Locale.ROOT, "%8d ms  %s", event.atMs(), line(event)))
                .toList();
    }

    private static String line(TraceEvent event) {
        return switch (event) {
            case Sent sent -> "%-4s sends to %s: %s".formatted(sent.from(), sent.to(), sent.label());
            case Arrived(_, Sent sent) -> "%-4s receives from %s: %s".formatted(sent.to(), sent.from(), sent.label());
            case Lost(_, Sent sent, String why) -> "%-4s does not receive from %s: %s (%s)".formatted(sent.to(), sent
                    .from(), sent.label(), why);
            case Crashed(_, NodeId node) -> "%-4s crashes".formatted(node);
            case Restarted(_, NodeId node) -> "%-4s restarts".formatted(node);
            case Partitioned(_, long untilMs, List<NodeId> half) -> "---- %s cannot reach the others until %d ms"
                    .formatted(half, untilMs);
            case Noted(_, NodeId node, String what, _) -> "%-4s * %s".formatted(node, what);
            case Violated(_, String what) -> "!!!! " + what;
        };
    }
}
