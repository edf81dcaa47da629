package dev.faultline.protocols.schedules;

import java.util.List;

/** What happened at a moment of a schedule, in virtual milliseconds. */
public sealed interface TraceEvent {

    long atMs();

    /** @param routine whether nobody wants to read of it, such as a heartbeat */
    record Sent(long atMs, int message, NodeId from, NodeId to, String label, boolean routine) implements TraceEvent {}

    /** A message that was duplicated arrives twice. */
    record Arrived(long atMs, Sent sent) implements TraceEvent {}

    record Lost(long atMs, Sent sent, String why) implements TraceEvent {}

    record Crashed(long atMs, NodeId node) implements TraceEvent {}

    record Restarted(long atMs, NodeId node) implements TraceEvent {}

    /** The network is in two halves, of which this is one. */
    record Partitioned(long atMs, long untilMs, List<NodeId> half) implements TraceEvent {}

    /** What a node did, in its own words. */
    record Noted(long atMs, NodeId node, String what, Note note) implements TraceEvent {}

    /** The last event, if an invariant was violated. */
    record Violated(long atMs, String what) implements TraceEvent {}

    /** How much a note matters. */
    enum Note {
        STEP, DECISION
    }
}
