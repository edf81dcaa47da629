package dev.faultline.protocols.swim;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

import dev.faultline.protocols.network.Host;
import dev.faultline.protocols.network.Node;
import dev.faultline.protocols.schedules.NodeId;
import dev.faultline.protocols.swim.Message.Ack;
import dev.faultline.protocols.swim.Message.Ping;
import dev.faultline.protocols.swim.Message.PingRequest;
import dev.faultline.protocols.swim.Message.Status;
import dev.faultline.protocols.swim.Message.Update;
import dev.faultline.protocols.swim.Timer.Indirect;
import dev.faultline.protocols.swim.Timer.Period;
import dev.faultline.protocols.swim.Timer.Suspicion;
import org.jspecify.annotations.Nullable;

/**
 * A member that pings one other in each period, and asks some more to do so if there is no answer. Its load does not depend on
 * how many members there are.
 *
 * @see <a href="https://doi.org/10.1109/DSN.2002.1028914">Das, Gupta, Motivala: SWIM, 2002</a>
 */
final class Member implements Node<Message, Timer> {
    static final int PERIOD_MS = 100;
    static final int SUSPICION_PERIODS = 10;
    private static final int ROUND_TRIP_MS = 25;
    private static final int PROXIES = 3;
    private static final int MOST_UPDATES = 6;

    private final Host<Message, Timer> host;
    private final Weakness weakness;
    private final Deaths deaths;
    private final TreeMap<NodeId, Update> members = new TreeMap<>();
    /** What is to be told, and how often still. */
    private final TreeMap<NodeId, Gossip> gossip = new TreeMap<>();
    private final Deque<NodeId> round = new ArrayDeque<>();
    private final Map<Integer, Relay> relays = new HashMap<>();
    private @Nullable NodeId target;
    private int sequence;
    private int incarnation;

    /** Hears whom this member believes to be dead. */
    @FunctionalInterface
    interface Deaths {
        void declared(NodeId by, NodeId dead);
    }

    private record Gossip(Update update, int times) {}

    /** Whom to pass an ack on to, and by which number it knows it. */
    private record Relay(NodeId to, int sequence) {}

    Member(Host<Message, Timer> host, List<NodeId> all, Weakness weakness, Deaths deaths) {
        this.host = host;
        this.weakness = weakness;
        this.deaths = deaths;
        all.stream().filter(each -> !each.equals(host.self())).forEach(each -> members.put(each, new Update(each,
                Status.ALIVE, 0)));
    }

    @Override
    public void onStart() {
        host.setTimer(new Period(), host.random(1, PERIOD_MS));
    }

    @Override
    public void onTimer(Timer timer) {
        switch (timer) {
            case Period _ -> {
                if (target != null) {
                    noAnswer(target);
                }
                host.setTimer(timer, PERIOD_MS);
                pingNext();
            }
            case Indirect(int number) -> {
                if (target != null && number == sequence && weakness != Weakness.NO_PROXIES) {
                    for (NodeId proxy : proxies(target)) {
                        host.send(proxy, new PingRequest(number, target, toTell()));
                    }
                }
            }
            case Suspicion(NodeId member, int suspected) -> hear(new Update(member, Status.DEAD, suspected));
        }
    }

    /** Everyone in turn, in a new random order for each round: nobody is left out for longer than two rounds. */
    private void pingNext() {
        target = null;
        if (round.isEmpty()) {
            shuffled(living()).forEach(round::add);
        }
        NodeId next = round.poll();
        if (next != null && isLiving(next)) {
            target = next;
            sequence++;
            host.send(next, new Ping(sequence, toTell(next)));
            host.setTimer(new Indirect(sequence), ROUND_TRIP_MS);
        }
    }

    private void noAnswer(NodeId member) {
        Update known = members.get(member);
        if (known != null && known.status() == Status.ALIVE) {
            Status status = weakness == Weakness.NO_SUSPICION ? Status.DEAD : Status.SUSPECT;
            hear(new Update(member, status, known.incarnation()));
        }
    }

    @Override
    public void onMessage(NodeId from, Message message) {
        message.gossip().forEach(this::hear);
        switch (message) {
            case Ping ping -> host.send(from, new Ack(ping.sequence(), toTell()));
            case PingRequest request -> {
                int number = -relays.size() - 1;
                relays.put(number, new Relay(from, request.sequence()));
                host.send(request.target(), new Ping(number, toTell(request.target())));
            }
            case Ack ack -> {
                Relay relay = relays.get(ack.sequence());
                if (relay != null) {
                    host.send(relay.to(), new Ack(relay.sequence(), toTell()));
                } else if (ack.sequence() == sequence) {
                    target = null;
                }
            }
        }
    }

    /** Believes what is news to it, and tells again what seems to be news to others. */
    private void hear(Update update) {
        if (update.member().equals(host.self())) {
            if (update.status() != Status.ALIVE && weakness != Weakness.NO_REFUTATION) {
                incarnation = Math.max(incarnation, update.incarnation() + 1);
                host.note("denies", "that it is dead");
                tell(new Update(host.self(), Status.ALIVE, incarnation));
            }
            return;
        }
        Update known = members.get(update.member());
        if (known != null && known.overrides(update)) {
            tell(known);
        }
        if (known == null || !update.overrides(known)) {
            return;
        }
        members.put(update.member(), update);
        host.cancelTimer(new Suspicion(update.member(), known.incarnation()));
        tell(update);
        switch (update.status()) {
            case SUSPECT -> {
                host.note("suspects", update.member());
                host.setTimer(new Suspicion(update.member(), update.incarnation()), (long) SUSPICION_PERIODS
                        * PERIOD_MS);
            }
            case ALIVE -> {
            }
            case DEAD -> {
                host.decide("declares dead", update.member());
                deaths.declared(host.self(), update.member());
            }
        }
    }

    /** Each update is told a number of times that grows with the logarithm of the number of members. */
    private void tell(Update update) {
        int times = 3 * (Integer.SIZE - Integer.numberOfLeadingZeros(members.size()));
        gossip.put(update.member(), new Gossip(update, times));
    }

    /**
     * A suspect is told so whenever it is pinged, however often that was told before, because only it can deny it.
     *
     * @see <a href="https://arxiv.org/abs/1707.00788">Dadgar, Phillips, Currey: Lifeguard, 2018 ("buddy system")</a>
     */
    private List<Update> toTell(NodeId pinged) {
        List<Update> next = toTell();
        Update known = members.get(pinged);
        boolean untold = known != null && known.status() == Status.SUSPECT && !next.contains(known);
        return untold ? Stream.concat(next.stream(), Stream.of(known)).toList() : next;
    }

    /** What was told least often goes first. */
    private List<Update> toTell() {
        List<Gossip> next = gossip.values().stream().sorted(Comparator.comparingInt(Gossip::times).reversed()).limit(
                MOST_UPDATES).toList();
        next.forEach(each -> {
            if (each.times() == 1) {
                gossip.remove(each.update().member());
            } else {
                gossip.put(each.update().member(), new Gossip(each.update(), each.times() - 1));
            }
        });
        return next.stream().map(Gossip::update).toList();
    }

    private List<NodeId> proxies(NodeId target) {
        return shuffled(living()).stream().filter(each -> !each.equals(target)).limit(PROXIES).toList();
    }

    private List<NodeId> living() {
        return members.keySet().stream().filter(this::isLiving).toList();
    }

    private boolean isLiving(NodeId member) {
        Update known = members.get(member);
        return known != null && known.status() != Status.DEAD;
    }

    private List<NodeId> shuffled(List<NodeId> ordered) {
        var shuffled = new ArrayList<>(ordered);
        for (int i = shuffled.size() - 1; i > 0; i--) {
            int j = host.random(0, i + 1);
            shuffled.set(i, shuffled.set(j, shuffled.get(i)));
        }
        return shuffled;
    }
}
