package dev.faultline.protocols.crdt;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.IntFunction;

import dev.faultline.protocols.network.Host;
import dev.faultline.protocols.network.Node;
import dev.faultline.protocols.schedules.NodeId;

/**
 * A replica that its user changes at any time, and that tells others its state now and then.
 *
 * @param <S> the type of data
 */
final class Replica<S extends Crdt<S>> implements Node<Replica.Gossip<S>, Replica.Timer> {
    private static final int USER_MS = 150;
    private static final int GOSSIP_MS = 60;

    enum Timer {
        USER, GOSSIP
    }

    /** @param seen which changes are in the state; for the specification, no replica looks at it */
    record Gossip<S>(S state, Set<Change> seen) {
        @Override
        public String toString() {
            return state.toString();
        }
    }

    /** What survives a crash. */
    static final class Disk<S> {
        S state;
        int changes;
        final Set<Change> seen = new LinkedHashSet<>();

        Disk(S state) {
            this.state = state;
        }
    }

    private final Host<Gossip<S>, Timer> host;
    private final List<NodeId> replicas;
    private final Disk<S> disk;
    private final Specification specification;
    private final int mostChanges;
    private final IntFunction<Change> user;
    private final BiFunction<S, Change, S> apply;

    /**
     * @param user  what the user does next, given its number
     * @param apply what it does to the state
     */
    Replica(Host<Gossip<S>, Timer> host, List<NodeId> replicas, Disk<S> disk, Specification specification,
            int mostChanges, IntFunction<Change> user, BiFunction<S, Change, S> apply) {
        this.host = host;
        this.replicas = replicas;
        this.disk = disk;
        this.specification = specification;
        this.mostChanges = mostChanges;
        this.user = user;
        this.apply = apply;
    }

    @Override
    public void onStart() {
        host.setTimer(Timer.USER, host.random(1, USER_MS));
        host.setTimer(Timer.GOSSIP, host.random(1, GOSSIP_MS));
    }

    @Override
    public void onTimer(Timer timer) {
        switch (timer) {
            case USER -> {
                if (disk.changes < mostChanges) {
                    change(user.apply(++disk.changes));
                    host.setTimer(Timer.USER, host.random(1, USER_MS));
                }
            }
            case GOSSIP -> {
                NodeId to = replicas.get(host.random(0, replicas.size()));
                if (!to.equals(host.self())) {
                    host.send(to, new Gossip<>(disk.state, Set.copyOf(disk.seen)));
                }
                host.setTimer(Timer.GOSSIP, GOSSIP_MS);
            }
        }
    }

    private void change(Change change) {
        specification.changed(change, disk.seen);
        disk.seen.add(change);
        disk.state = apply.apply(disk.state, change);
        host.decide(change.getClass().getSimpleName(), switch (change) {
            case Change.Add(_, _, String element) -> element + ": " + disk.state;
            case Change.Remove(_, _, String element) -> element + ": " + disk.state;
            case Change.Increment _,Change.Decrement _ -> disk.state;
        });
    }

    @Override
    public void onMessage(NodeId from, Gossip<S> gossip) {
        S merged = disk.state.merge(gossip.state());
        if (!merged.equals(disk.state)) {
            host.note("merges", "to " + merged);
        }
        disk.state = merged;
        disk.seen.addAll(gossip.seen());
    }
}
