package dev.faultline.protocols.network;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;

import dev.faultline.protocols.schedules.NodeId;
import dev.faultline.protocols.schedules.Schedule;
import dev.faultline.protocols.schedules.TraceEvent.Arrived;
import dev.faultline.protocols.schedules.TraceEvent.Crashed;
import dev.faultline.protocols.schedules.TraceEvent.Lost;
import dev.faultline.protocols.schedules.TraceEvent.Partitioned;
import dev.faultline.protocols.schedules.TraceEvent.Restarted;
import dev.faultline.protocols.schedules.TraceEvent.Sent;
import org.jspecify.annotations.Nullable;

/**
 * An asynchronous network: it loses, delays, repeats and reorders messages, falls into halves, and its nodes crash, as a
 * schedule's seed says. Corrupts nothing: liars are nodes.
 *
 * @param <M> messages
 * @param <T> timers
 */
public final class Network<M, T> {
    /** A message that is not delayed takes from 1 to this many milliseconds. */
    public static final int USUAL_DELAY_MS = 10;
    private static final int LONGEST_DELAY_MS = 1_000;
    private static final int SHORT_OUTAGE_MS = 50;
    private static final int LONGEST_OUTAGE_MS = 1_500;

    private final Schedule schedule;
    private final Faults faults;
    private final List<Member<M, T>> members = new ArrayList<>();
    private final List<BiPredicate<NodeId, NodeId>> cuts = new ArrayList<>();
    /** What the running step sends. */
    private final List<Outgoing<M>> outbox = new ArrayList<>();
    private Consumer<NodeId> check = _ -> {};
    private Predicate<M> doomed = _ -> false;
    private int messages;

    private record Outgoing<M>(NodeId to, M message) {}

    private static final class Member<M, T> {
        final NodeId id;
        final Function<Host<M, T>, ? extends Node<M, T>> program;
        final boolean crashes;
        final Map<T, Object> timers = new HashMap<>();
        /** Null while it is down. */
        @Nullable Node<M, T> node;

        Member(NodeId id, Function<Host<M, T>, ? extends Node<M, T>> program, boolean crashes) {
            this.id = id;
            this.program = program;
            this.crashes = crashes;
        }
    }

    public Network(Schedule schedule, Faults faults) {
        this.schedule = schedule;
        this.faults = faults;
        for (int i = 0; i < faults.partitions(); i++) {
            int forMs = schedule.between(50, LONGEST_OUTAGE_MS);
            schedule.after(schedule.below((int) faults.untilMs()), () -> partition(members.stream().map(
                    member -> member.id).filter(_ -> schedule.chance(0.5)).toList(), forMs));
        }
    }

    /**
     * Adds a node, which starts at once.
     *
     * @param program makes the node anew at each start; what it captures survives a crash
     */
    public void runs(NodeId id, Function<Host<M, T>, ? extends Node<M, T>> program) {
        add(new Member<>(id, program, true));
    }

    /** As {@link #runs}, for a node that never crashes of itself. */
    public void runsReliably(NodeId id, Function<Host<M, T>, ? extends Node<M, T>> program) {
        add(new Member<>(id, program, false));
    }

    private void add(Member<M, T> member) {
        if (member.id.number() != members.size()) {
            throw new IllegalArgumentException(member.id + " must run in the order in which it was named");
        }
        members.add(member);
        schedule.after(0, () -> start(member));
    }

    /** Is told of each node that has taken a step. */
    public void afterEachStep(Consumer<NodeId> check) {
        this.check = check;
    }

    /** Stops a node and loses its volatile state. Without effect if it is down. */
    public void crash(NodeId id) {
        Member<M, T> member = members.get(id.number());
        if (member.node != null) {
            schedule.count("crash");
            schedule.record(() -> new Crashed(schedule.nowMs(), id));
            member.node = null;
            member.timers.clear();
        }
    }

    /** Starts a node that is down. */
    public void restart(NodeId id) {
        Member<M, T> member = members.get(id.number());
        if (member.node == null) {
            schedule.record(() -> new Restarted(schedule.nowMs(), id));
            start(member);
        }
    }

    public boolean isUp(NodeId id) {
        return members.get(id.number()).node != null;
    }

    /** No message gets from this half to the other nodes, or back. */
    public void partition(List<NodeId> half, long forMs) {
        if (half.isEmpty() || half.size() == members.size()) {
            return;
        }
        schedule.count("partition");
        schedule.record(() -> new Partitioned(schedule.nowMs(), schedule.nowMs() + forMs, half));
        cut((from, to) -> half.contains(from) != half.contains(to), forMs);
    }

    /** Messages of these pairs, from and to, are lost. */
    public void cut(BiPredicate<NodeId, NodeId> pairs, long forMs) {
        cuts.add(pairs);
        schedule.after(forMs, () -> cuts.remove(pairs));
    }

    /** These messages are lost, whatever the seed says. */
    public void loses(Predicate<M> doomed) {
        this.doomed = doomed;
    }

    private void start(Member<M, T> member) {
        Node<M, T> node = member.program.apply(new Host<>(this, schedule, member.id));
        member.node = node;
        step(member, node::onStart);
    }

    /** One step of a node: reactions are atomic, and a crash comes after one, while its messages leave. */
    private void step(Member<M, T> member, Runnable reaction) {
        reaction.run();
        boolean crashes = member.crashes && isFaulty() && schedule.chance(faults.crash()) && !isLast(member);
        int leaving = crashes ? schedule.below(outbox.size() + 1) : outbox.size();
        for (Outgoing<M> outgoing : outbox.subList(0, leaving)) {
            transmit(member.id, outgoing.to, outgoing.message);
        }
        outbox.clear();
        if (crashes) {
            crash(member.id);
        }
        if (crashes && !faults.forGood()) {
            int longest = schedule.chance(0.5) ? SHORT_OUTAGE_MS : LONGEST_OUTAGE_MS;
            schedule.after(schedule.between(1, longest), () -> restart(member.id));
        }
        check.accept(member.id);
    }

    private boolean isLast(Member<M, T> member) {
        return faults.forGood() && members.stream().noneMatch(other -> other != member && other.node != null);
    }

    void send(NodeId to, M message) {
        outbox.add(new Outgoing<>(to, message));
    }

    private void transmit(NodeId from, NodeId to, M message) {
        if (from.equals(to)) {
            schedule.after(0, () -> deliver(from, to, message, null));
            return;
        }
        long arrivesAfterMs = delay();
        int number = messages++;
        Sent[] sent = new Sent[1];
        schedule.record(() -> sent[0] = new Sent(schedule.nowMs(), number, from, to, message.toString(),
                message instanceof Routine routine && routine.isRoutine()));
        if (doomed.test(message) || (isFaulty() && schedule.chance(faults.loss()))) {
            lost(sent[0], arrivesAfterMs, "lost");
            return;
        }
        schedule.after(arrivesAfterMs, () -> deliver(from, to, message, sent[0]));
        if (isFaulty() && schedule.chance(faults.duplication())) {
            schedule.count("message duplicated");
            schedule.after(delay(), () -> deliver(from, to, message, sent[0]));
        }
    }

    private void deliver(NodeId from, NodeId to, M message, @Nullable Sent sent) {
        Member<M, T> receiver = members.get(to.number());
        Node<M, T> node = receiver.node;
        if (node == null) {
            lost(sent, 0, to + " is down");
        } else if (isCut(from, to)) {
            lost(sent, 0, "cut off");
        } else {
            schedule.count("message received");
            if (sent != null) {
                schedule.record(() -> new Arrived(schedule.nowMs(), sent));
            }
            step(receiver, () -> node.onMessage(from, message));
        }
    }

    private boolean isCut(NodeId from, NodeId to) {
        for (BiPredicate<NodeId, NodeId> cut : cuts) {
            if (cut.test(from, to)) {
                return true;
            }
        }
        return false;
    }

    private void lost(@Nullable Sent sent, long afterMs, String why) {
        schedule.count("message lost");
        if (sent != null) {
            schedule.record(() -> new Lost(schedule.nowMs() + afterMs, sent, why));
        }
    }

    private long delay() {
        if (isFaulty() && schedule.chance(faults.delay())) {
            schedule.count("message delayed");
            return schedule.between(USUAL_DELAY_MS, LONGEST_DELAY_MS);
        }
        return schedule.between(1, USUAL_DELAY_MS + 1);
    }

    private boolean isFaulty() {
        return schedule.nowMs() < faults.untilMs();
    }

    void setTimer(NodeId id, T timer, long afterMs) {
        Member<M, T> member = members.get(id.number());
        var token = new Object();
        member.timers.put(timer, token);
        schedule.after(afterMs, () -> {
            Node<M, T> node = member.node;
            if (node != null && member.timers.remove(timer, token)) {
                step(member, () -> node.onTimer(timer));
            }
        });
    }

    void cancelTimer(NodeId id, T timer) {
        members.get(id.number()).timers.remove(timer);
    }
}
