package dev.faultline.protocols.generals;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

import dev.faultline.protocols.generals.General.Messenger;
import dev.faultline.protocols.network.Fault;
import dev.faultline.protocols.network.Faults;
import dev.faultline.protocols.network.Network;
import dev.faultline.protocols.schedules.NodeId;
import dev.faultline.protocols.schedules.Protocol;
import dev.faultline.protocols.schedules.Schedule;
import dev.faultline.protocols.schedules.Source;
import dev.faultline.protocols.schedules.Variant;
import dev.faultline.protocols.schedules.Violation;

/** Two generals whose messengers may be caught. */
public final class TwoGenerals {
    private static final int END_MS = 21_000;

    private TwoGenerals() {}

    public static Protocol protocol() {
        return new Protocol("two-generals", "Certainty that no number of messages gives", List.of(
                Variant.holds("no-rule-agrees", """
                        For every rule by which both attack if all messages arrive, there is one message whose loss makes one \
                        general attack alone.""",
                        List.of("attacks", "stays", "message lost"),
                        schedule -> {
                            Rule rule = Rule.draw(schedule);
                            Violation.unless(isLoneAttack(play(schedule, rule, rule.messageToLose())), "impossibility",
                                    () -> "the generals agree, although message %d of %d was lost".formatted(rule
                                            .messageToLose(), rule.messages()));
                        }),
                Variant.holds("no-losses", """
                        If no messenger is lost, however late they are, both attack.""",
                        List.of("attacks", "message delayed", "message duplicated"),
                        schedule -> agreement(play(schedule, Rule.cautious(schedule.between(1, 10)), 1, EnumSet.of(
                                Fault.DELAY, Fault.DUPLICATION)))),
                Variant.control("lost-messengers", """
                        On a network that loses messengers, somebody attacks alone, with however many confirmations.""",
                        "agreement", 500, schedule -> {
                            int copies = schedule.between(1, 6);
                            SortedMap<NodeId, Boolean> attacks = play(schedule, Rule.cautious(schedule.between(1, 10)),
                                    copies, EnumSet.of(Fault.LOSS, Fault.DELAY));
                            schedule.count("%d messengers for each message".formatted(copies));
                            if (isLoneAttack(attacks)) {
                                schedule.count("lone attack with %d messengers".formatted(copies));
                            }
                            agreement(attacks);
                        }),
                Variant.control("nothing-to-lose",
                        """
                        If the adversary may not take a messenger, they agree: then there is nothing impossible about it.""",
                        "impossibility", 100, schedule -> {
                            Rule rule = Rule.draw(schedule);
                            Violation.unless(isLoneAttack(play(schedule, rule, Integer.MAX_VALUE)), "impossibility",
                                    () -> "the generals agree on %d messages".formatted(rule.messages()));
                        })),
                Rule.class, List.of(
                        Source.of(
                                "Akkoyunlu, Ekanadham, Huber: Some Constraints and Tradeoffs in the Design of Network "
                                        + "Communications, 1975", "https://doi.org/10.1145/800213.806523"),
                        Source.of("Gray: Notes on Data Base Operating Systems, 1978",
                                "https://doi.org/10.1007/3-540-08755-9_9")));
    }

    /** Loses exactly this message. */
    private static SortedMap<NodeId, Boolean> play(Schedule schedule, Rule rule, int lost) {
        var network = new Network<Messenger, General.Timer>(schedule, Faults.none());
        network.loses(message -> message.number() == lost);
        return play(schedule, network, rule, 1);
    }

    private static SortedMap<NodeId, Boolean> play(Schedule schedule, Rule rule, int copies, Set<Fault> faults) {
        return play(schedule, new Network<>(schedule, Faults.draw(schedule, END_MS, faults)), rule, copies);
    }

    private static SortedMap<NodeId, Boolean> play(Schedule schedule, Network<Messenger, General.Timer> network,
            Rule rule,
            int copies) {
        List<NodeId> generals = schedule.nodes("General ", 2);
        NodeId first = generals.getFirst();
        NodeId second = generals.getLast();
        var attacks = new TreeMap<NodeId, Boolean>();
        network.runsReliably(first, host -> new General(host, true, second, rule, copies, attacks::put));
        network.runsReliably(second, host -> new General(host, false, first, rule, copies, attacks::put));
        schedule.runUntil(END_MS);
        return attacks;
    }

    private static boolean isLoneAttack(SortedMap<NodeId, Boolean> attacks) {
        return attacks.containsValue(true) && attacks.containsValue(false);
    }

    private static void agreement(SortedMap<NodeId, Boolean> attacks) {
        Violation.unless(!isLoneAttack(attacks), "agreement", () -> "attacking are " + attacks);
    }
}
