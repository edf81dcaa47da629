package dev.faultline.protocols.network;

import java.util.List;

import dev.faultline.protocols.schedules.NodeId;
import dev.faultline.protocols.schedules.Schedule;
import dev.faultline.protocols.schedules.TraceEvent;
import dev.faultline.protocols.schedules.TraceEvent.Note;

/** All that a node can do to the world. */
public final class Host<M, T> {
    private final Network<M, T> network;
    private final Schedule schedule;
    private final NodeId self;

    Host(Network<M, T> network, Schedule schedule, NodeId self) {
        this.network = network;
        this.schedule = schedule;
        this.self = self;
    }

    public NodeId self() {
        return self;
    }

    /**
     * Sends when the step is over, when whatever the step wrote to the disk is there. The message may be lost, late or repeated,
     * except one to itself.
     */
    public void send(NodeId to, M message) {
        network.send(to, message);
    }

    public void broadcast(List<NodeId> to, M message) {
        to.forEach(each -> send(each, message));
    }

    /** Replaces an equal timer. A crash ends all timers. */
    public void setTimer(T timer, long afterMs) {
        network.setTimer(self, timer, afterMs);
    }

    public void cancelTimer(T timer) {
        network.cancelTimer(self, timer);
    }

    /** From {@code from}, and less than {@code to}. */
    public int random(int from, int to) {
        return schedule.between(from, to);
    }

    /** Says what the node does, for those who read the trace, and counts it. */
    public void note(String what, Object details) {
        note(what, details, Note.STEP);
    }

    /** As {@link #note(String, Object)}, for what cannot be taken back. */
    public void decide(String what, Object details) {
        note(what, details, Note.DECISION);
    }

    private void note(String what, Object details, Note note) {
        schedule.count(what);
        schedule.record(() -> new TraceEvent.Noted(schedule.nowMs(), self, (what + " " + details).strip(), note));
    }
}
