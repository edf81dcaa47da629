package dev.faultline.protocols.raft;

import java.util.List;

import dev.faultline.protocols.checking.History;
import dev.faultline.protocols.checking.Linearizability;
import dev.faultline.protocols.network.Fault;
import dev.faultline.protocols.network.Faults;
import dev.faultline.protocols.network.Network;
import dev.faultline.protocols.raft.Message.ClientReply;
import dev.faultline.protocols.raft.Message.ClientRequest;
import dev.faultline.protocols.schedules.NodeId;
import dev.faultline.protocols.schedules.Protocol;
import dev.faultline.protocols.schedules.Schedule;
import dev.faultline.protocols.schedules.Source;
import dev.faultline.protocols.schedules.Variant;
import dev.faultline.protocols.schedules.Violation;
import dev.faultline.protocols.store.Client;
import dev.faultline.protocols.store.Client.Workload;
import dev.faultline.protocols.store.Command;
import dev.faultline.protocols.store.Register;

/** Three or five servers and three clients, under every fault; then the faults end, and every client must get its answers. */
public final class Raft {
    private static final int CLIENTS = 3;
    private static final int COMMANDS = 4;
    private static final int FAULTS_END_AFTER_MS = 2_500;
    private static final int ANSWERED_AFTER_MS = 20_000;

    private Raft() {}

    public static Protocol protocol() {
        return new Protocol("raft", "A replicated log with one leader for each term", List.of(
                Variant.holds("raft", """
                        There is at most one leader in a term, logs that have an entry in common are the same up to it, a leader \
                        has every committed entry, no two servers execute different commands at an index, and clients see one \
                        linearizable store. When the faults end, every command is answered.""",
                        List.of("leader", "steps down", "commits", "truncates", "crash", "partition", "message lost",
                                "message delayed", "message duplicated"),
                        schedule -> play(schedule, Weakness.NONE)),
                Variant.control("forgotten-vote",
                        """
                        Without the vote on the disk, a server that restarts votes twice in a term, which gets two leaders.""",
                        "election safety", 5_000, schedule -> play(schedule, Weakness.FORGETS_VOTE)),
                Variant.control("earlier-terms", """
                        If entries of earlier terms are committed by counting replicas, committed ones are overwritten (figure 8 \
                        of the paper).""",
                        "leader completeness", 30_000, schedule -> play(schedule, Weakness.COUNTS_EARLIER_TERMS)),
                Variant.control("lone-reads", """
                        If a leader answers reads without asking a majority, one that was deposed gives old answers.""",
                        "linearizability", 1_000, schedule -> play(schedule, Weakness.READS_ALONE))),
                Server.class, List.of(Source.of(
                        "Ongaro, Ousterhout: In Search of an Understandable Consensus Algorithm, 2014",
                        "https://raft.github.io/raft.pdf")));
    }

    private static void play(Schedule schedule, Weakness weakness) {
        var network = new Network<Message, Timer>(schedule, Faults.draw(schedule, FAULTS_END_AFTER_MS,
                Fault.RECOVERABLE));
        var invariants = new Invariants();
        List<NodeId> servers = schedule.nodes("S", schedule.chance(0.5) ? 3 : 5);
        servers.forEach(id -> {
            var disk = new Server.Disk();
            network.runs(id, host -> invariants.watch(id, new Server(host, servers, disk, weakness)));
        });
        network.afterEachStep(invariants::check);

        var history = new History<Command, Integer>();
        var workload = new Workload(history, CLIENTS, COMMANDS);
        schedule.nodes("C", CLIENTS).forEach(id -> network.runsReliably(id, host -> new Client<>(host, servers,
                workload, Timer.CLIENT, ClientRequest::new, message -> message instanceof ClientReply(var reply)
                        ? reply
                        : null)));

        schedule.runUntil(FAULTS_END_AFTER_MS);
        boolean answered = schedule.runUntil(ANSWERED_AFTER_MS, workload::isDone);
        schedule.measure("ms until the last answer", schedule.nowMs());
        Linearizability.check(history, Register.INSTANCE);
        Violation.unless(answered, "progress", () -> "not all commands were answered within %d s of the faults' end"
                .formatted((ANSWERED_AFTER_MS - FAULTS_END_AFTER_MS) / 1_000));
    }
}
