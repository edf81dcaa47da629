package dev.faultline.protocols.dynamo;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

import dev.faultline.protocols.dynamo.DynamoClient.Workload;
import dev.faultline.protocols.dynamo.Message.Get;
import dev.faultline.protocols.dynamo.Message.Operation;
import dev.faultline.protocols.network.Fault;
import dev.faultline.protocols.network.Faults;
import dev.faultline.protocols.network.Host;
import dev.faultline.protocols.network.Network;
import dev.faultline.protocols.network.Node;
import dev.faultline.protocols.schedules.NodeId;
import dev.faultline.protocols.schedules.Protocol;
import dev.faultline.protocols.schedules.Schedule;
import dev.faultline.protocols.schedules.Source;
import dev.faultline.protocols.schedules.Variant;
import dev.faultline.protocols.schedules.Violation;

/** Five nodes, three replicas for each key, and three clients, under every fault; then a last reading, and all must agree. */
public final class Dynamo {
    private static final int FAULTS_END_AFTER_MS = 1_500;
    private static final int LAST_READ_AFTER_MS = 4_000;
    private static final List<String> KEYS = List.of("x", "y");

    private Dynamo() {}

    public static Protocol protocol() {
        return new Protocol("dynamo", "A store without a leader: R + W > N", List.of(
                Variant.holds("strict",
                        """
                        With N = 3 and R = W = 2, a read sees every write that was acknowledged before it, or a later one. \
                        Concurrent writes are kept as siblings. When the faults end, one reading makes all replicas equal.""",
                        List.of("writes", "repairs", "stands in", "sees siblings", "gives up", "crash", "partition",
                                "message lost", "message delayed", "message duplicated"),
                        schedule -> play(schedule, Quorums.STRICT)),
                Variant.control("one-is-enough", """
                        With R = W = 1, reads miss what was acknowledged.""",
                        "freshness", 500, schedule -> play(schedule, Quorums.ONE)),
                Variant.control("sloppy-quorum", """
                        If a stand-in counts as a replica, as in the paper, writes succeed more often, and a read may miss \
                        them: R + W > N says nothing then.""",
                        "freshness", 2_000, schedule -> play(schedule, Quorums.SLOPPY)),
                Variant.control("no-repair", """
                        Without read repair and hinted handoff, a replica never gets what it missed.""",
                        "convergence", 500, schedule -> play(schedule, Quorums.WITHOUT_REPAIR))),
                Server.class, List.of(
                        Source.of("DeCandia et al.: Dynamo: Amazon's Highly Available Key-value Store, 2007",
                                "https://doi.org/10.1145/1294261.1294281"),
                        Source.of("Gifford: Weighted Voting for Replicated Data, 1979",
                                "https://doi.org/10.1145/800215.806583")));
    }

    private static void play(Schedule schedule, Quorums quorums) {
        var network = new Network<Message, Timer>(schedule, Faults.draw(schedule, FAULTS_END_AFTER_MS,
                Fault.RECOVERABLE));
        List<NodeId> ring = schedule.nodes("N", 5);
        Map<NodeId, Server.Disk> disks = new LinkedHashMap<>();
        ring.forEach(id -> {
            var disk = new Server.Disk();
            disks.put(id, disk);
            network.runs(id, host -> new Server(host, ring, quorums, disk));
        });
        var workload = new Workload(12);
        schedule.nodes("C", 3).forEach(id -> network.runsReliably(id, host -> new DynamoClient(host, ring, workload)));
        schedule.nodes("L", 1).forEach(id -> network.runsReliably(id, host -> new LastReader(host, ring)));
        schedule.runUntil(LAST_READ_AFTER_MS + 1_000);
        for (String key : KEYS) {
            List<Set<Version>> replicas = Quorums.preferenceList(ring, key).stream().map(id -> Set.copyOf(Objects
                    .requireNonNull(disks.get(id)).versions(key))).toList();
            Violation.unless(replicas.stream().distinct().count() == 1, "convergence",
                    () -> "replicas of %s differ after the last reading: %s".formatted(key, Quorums.preferenceList(ring,
                            key)
                            .stream().map(id -> id + " has "
                                    + Objects.requireNonNull(disks.get(id)).versions(key)).toList()));
        }
    }

    /** Reads each key once, when all faults are over. */
    private record LastReader(Host<Message, Timer> host, List<NodeId> ring) implements Node<Message, Timer> {

        @Override
        public void onStart() {
            host.setTimer(new Timer.Client(), LAST_READ_AFTER_MS);
        }

        @Override
        public void onTimer(Timer timer) {
            for (int i = 0; i < KEYS.size(); i++) {
                String key = KEYS.get(i);
                host.send(Quorums.preferenceList(ring, key).getFirst(), new Get(new Operation(host.self(), i), key));
            }
        }

        @Override
        public void onMessage(NodeId from, Message message) {}
    }
}
