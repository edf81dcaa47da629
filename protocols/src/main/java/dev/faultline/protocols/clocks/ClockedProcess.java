package dev.faultline.protocols.clocks;

import java.util.List;

import dev.faultline.protocols.network.Host;
import dev.faultline.protocols.network.Node;
import dev.faultline.protocols.schedules.NodeId;
import org.jspecify.annotations.Nullable;

/**
 * A process that keeps both clocks, and has events: some are its own, some send a message, some receive one.
 *
 * @see <a href="https://doi.org/10.1145/359545.359563">Lamport: Time, Clocks, and the Ordering of Events, 1978 (IR1, IR2)</a>
 */
final class ClockedProcess implements Node<Stamped, ClockedProcess.Timer> {
    private static final int PAUSE_MS = 40;

    enum Timer {
        NEXT
    }

    private final Host<Stamped, Timer> host;
    private final List<NodeId> processes;
    private final Events events;
    private final boolean deaf;
    private int remaining;

    private int lamport;
    private VectorClock vector = VectorClock.ZERO;

    /**
     * @param events hears of each event
     * @param deaf   a control: ignores what a message says of its sender's time
     */
    ClockedProcess(Host<Stamped, Timer> host, List<NodeId> processes, Events events, boolean deaf, int steps) {
        this.host = host;
        this.processes = processes;
        this.events = events;
        this.deaf = deaf;
        this.remaining = steps;
    }

    @Override
    public void onStart() {
        host.setTimer(Timer.NEXT, host.random(1, PAUSE_MS));
    }

    /** Something of its own, or a message to somebody. */
    @Override
    public void onTimer(Timer timer) {
        tick();
        int event = events.happened(host.self(), null, lamport, vector);
        if (host.random(0, 3) > 0) {
            NodeId to = processes.get(host.random(0, processes.size()));
            if (!to.equals(host.self())) {
                host.send(to, new Stamped(event, lamport, vector));
            }
        } else {
            host.note("event", lamport + " " + vector);
        }
        if (--remaining > 0) {
            onStart();
        }
    }

    @Override
    public void onMessage(NodeId from, Stamped message) {
        if (!deaf) {
            lamport = Math.max(lamport, message.lamport());
            vector = vector.merge(message.vector());
        }
        tick();
        events.happened(host.self(), message, lamport, vector);
        host.note("received", "at " + lamport + " " + vector);
    }

    private void tick() {
        lamport++;
        vector = vector.tick(host.self());
    }

    /** Hears of every event of every process. */
    @FunctionalInterface
    interface Events {
        /**
         * @param received what was received, if anything
         * @return the event's number
         */
        int happened(NodeId process, @Nullable Stamped received, int lamport, VectorClock vector);
    }
}
