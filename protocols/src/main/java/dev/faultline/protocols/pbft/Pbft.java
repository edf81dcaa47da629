package dev.faultline.protocols.pbft;

import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

import dev.faultline.protocols.checking.LogAgreement;
import dev.faultline.protocols.network.Fault;
import dev.faultline.protocols.network.Faults;
import dev.faultline.protocols.network.Network;
import dev.faultline.protocols.pbft.Message.Request;
import dev.faultline.protocols.schedules.NodeId;
import dev.faultline.protocols.schedules.Protocol;
import dev.faultline.protocols.schedules.Schedule;
import dev.faultline.protocols.schedules.Source;
import dev.faultline.protocols.schedules.Variant;
import dev.faultline.protocols.schedules.Violation;

/** One liar among four replicas, or two among seven, on a network that loses messages; and two clients. */
public final class Pbft {
    private static final int CLIENTS = 2;
    private static final int REQUESTS = 2;
    private static final int FAULTS_END_AFTER_MS = 1_500;
    private static final int ANSWERED_AFTER_MS = 60_000;

    private Pbft() {}

    public static Protocol protocol() {
        return new Protocol("pbft", "A replicated log with liars", List.of(
                Variant.holds("three-f-plus-one", """
                        With f liars among 3f + 1, no two honest replicas execute different requests for a number, no client \
                        believes anything else, and only requests of clients are executed. When the faults end, every request \
                        is answered.""",
                        List.of("executes", "equivocates", "sees two proposals", "gives up", "enters view", "partition",
                                "message lost", "message delayed", "message duplicated"),
                        schedule -> play(schedule, 1)),
                Variant.control("three-f", """
                        With f liars among 3f, two quorums may have only a liar in common, and it tells each what it likes to \
                        hear.""",
                        "agreement", 1_000, schedule -> play(schedule, 0))),
                Replica.class, List.of(
                        Source.of("Castro, Liskov: Practical Byzantine Fault Tolerance, 1999",
                                "https://pmg.csail.mit.edu/papers/osdi99.pdf"),
                        Source.of("Pease, Shostak, Lamport: Reaching Agreement in the Presence of Faults, 1980",
                                "https://doi.org/10.1145/322186.322188")));
    }

    /** @param more how many replicas there are in addition to 3f */
    private static void play(Schedule schedule, int more) {
        var network = new Network<Signed<?>, Timer>(schedule, Faults.draw(schedule, FAULTS_END_AFTER_MS, EnumSet.of(
                Fault.LOSS, Fault.DUPLICATION, Fault.DELAY, Fault.PARTITION)));
        int f = schedule.chance(0.8) ? 1 : 2;
        List<NodeId> replicas = schedule.nodes("R", 3 * f + more);
        var group = new Group(replicas, f);
        List<NodeId> liars = liars(schedule, group);
        List<NodeId> clients = schedule.nodes("C", CLIENTS);
        Set<Request> open = new HashSet<>();
        clients.forEach(client -> {
            for (int timestamp = 1; timestamp <= REQUESTS; timestamp++) {
                open.add(new Request(client, timestamp));
            }
        });
        Set<Request> all = Set.copyOf(open);
        var agreement = new LogAgreement<Optional<Request>>(request -> request.isEmpty() || all.contains(request
                .get()));
        replicas.forEach(id -> network.runsReliably(id, host -> liars.contains(id)
                ? new Liar(host, group, new Signed.Signer(id))
                : new Replica(host, group, new Signed.Signer(id), agreement)));
        clients.forEach(id -> network.runsReliably(id, host -> new PbftClient(host, group, new Signed.Signer(id), open,
                agreement, REQUESTS)));
        schedule.runUntil(FAULTS_END_AFTER_MS);
        boolean answered = schedule.runUntil(ANSWERED_AFTER_MS, open::isEmpty);
        schedule.measure("ms until the last answer", schedule.nowMs());
        Violation.unless(answered, "progress", () -> "%s were not answered".formatted(open));
    }

    /** The first primary is one of them in many schedules. */
    private static List<NodeId> liars(Schedule schedule, Group group) {
        int first = schedule.chance(0.5) ? 0 : schedule.below(group.replicas().size());
        return List.copyOf(group.replicas().subList(first, Math.min(first + group.f(), group.replicas().size())));
    }
}
