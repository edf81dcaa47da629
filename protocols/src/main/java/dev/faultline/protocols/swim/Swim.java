package dev.faultline.protocols.swim;

import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;

import dev.faultline.protocols.network.Faults;
import dev.faultline.protocols.network.Network;
import dev.faultline.protocols.schedules.NodeId;
import dev.faultline.protocols.schedules.Protocol;
import dev.faultline.protocols.schedules.Schedule;
import dev.faultline.protocols.schedules.Source;
import dev.faultline.protocols.schedules.Variant;
import dev.faultline.protocols.schedules.Violation;

/**
 * Five to nine members on a network that loses and repeats messages. Two of them cannot reach each other; one or two crash.
 */
public final class Swim {
    private static final int CRASH_AT_MS = 1_000;

    private final Schedule schedule;
    /** When each of the dead was declared so by each of the living. */
    private final TreeMap<NodeId, TreeMap<NodeId, Long>> declared = new TreeMap<>();
    private final TreeSet<NodeId> dead = new TreeSet<>();

    private Swim(Schedule schedule) {
        this.schedule = schedule;
    }

    public static Protocol protocol() {
        return new Protocol("swim", "Membership by gossip, with a load that does not grow", List.of(
                Variant.holds("swim", """
                        Everyone learns of every crash within two rounds of pings and the time of a suspicion, and nobody is \
                        declared dead who is not: neither for lost messages nor for a link that is broken.""",
                        List.of("suspects", "denies", "declares dead", "message lost", "message duplicated"),
                        schedule -> new Swim(schedule).play(Weakness.NONE)),
                Variant.control("no-suspicion", """
                        Without a time in which a suspect may speak, lost messages are taken for deaths.""",
                        "accuracy", 500, schedule -> new Swim(schedule).play(Weakness.NO_SUSPICION)),
                Variant.control("no-refutation", """
                        A suspect that does not deny it with a new incarnation is dead to all.""",
                        "accuracy", 500, schedule -> new Swim(schedule).play(Weakness.NO_REFUTATION))),
                Member.class, List.of(
                        Source.of(
                                "Das, Gupta, Motivala: SWIM: Scalable Weakly-consistent Infection-style Process Group "
                                        + "Membership Protocol, 2002", "https://doi.org/10.1109/DSN.2002.1028914"),
                        Source.of("Dadgar, Phillips, Currey: Lifeguard, 2018", "https://arxiv.org/abs/1707.00788")));
    }

    private void play(Weakness weakness) {
        List<NodeId> members = schedule.nodes("M", schedule.between(5, 10));
        long knownAfterMs = (2L * members.size() + Member.SUSPICION_PERIODS + 1) * Member.PERIOD_MS;
        double loss = schedule.chance(0.4) ? 0 : 0.05 * schedule.below(100) / 100;
        double duplication = schedule.chance(0.5) ? 0 : 0.2;
        var network = new Network<Message, Timer>(schedule, new Faults(Long.MAX_VALUE, 0, false, loss, duplication, 0,
                0));
        members.forEach(id -> network.runsReliably(id, host -> new Member(host, members, weakness, this::declared)));
        NodeId one = schedule.oneOf(members);
        NodeId other = schedule.oneOf(members);
        network.cut((from, to) -> (from.equals(one) && to.equals(other)) || (from.equals(other) && to.equals(one)),
                Integer.MAX_VALUE);
        int crashes = schedule.between(1, 3);
        for (int i = 0; i < crashes; i++) {
            schedule.after(CRASH_AT_MS, () -> {
                NodeId victim = schedule.oneOf(members);
                dead.add(victim);
                network.crash(victim);
            });
        }
        schedule.runUntil(CRASH_AT_MS + knownAfterMs);
        List<NodeId> living = members.stream().filter(member -> !dead.contains(member)).toList();
        for (NodeId victim : dead) {
            TreeMap<NodeId, Long> by = declared.getOrDefault(victim, new TreeMap<>());
            Violation.unless(by.keySet().containsAll(living), "completeness", () -> "only %s know that %s is dead"
                    .formatted(
                            by
                                    .keySet(), victim));
            schedule.measure("periods until the first one knows", periods(by.values().stream().mapToLong(
                    Long::longValue)
                    .min().orElseThrow()));
            schedule.measure("periods until all know", periods(by.values().stream().mapToLong(Long::longValue).max()
                    .orElseThrow()));
        }
    }

    private static long periods(long atMs) {
        return (atMs - CRASH_AT_MS) / Member.PERIOD_MS;
    }

    private void declared(NodeId by, NodeId member) {
        Violation.unless(dead.contains(member), "accuracy", () -> "%s declares %s dead, which is not".formatted(by,
                member));
        declared.computeIfAbsent(member, _ -> new TreeMap<>()).putIfAbsent(by, schedule.nowMs());
    }
}
