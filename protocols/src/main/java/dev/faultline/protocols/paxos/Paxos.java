package dev.faultline.protocols.paxos;

import java.util.List;
import java.util.Optional;

import dev.faultline.protocols.checking.Agreement;
import dev.faultline.protocols.checking.History;
import dev.faultline.protocols.checking.Linearizability;
import dev.faultline.protocols.checking.LogAgreement;
import dev.faultline.protocols.network.Fault;
import dev.faultline.protocols.network.Faults;
import dev.faultline.protocols.network.Network;
import dev.faultline.protocols.paxos.LogMessage.ClientReply;
import dev.faultline.protocols.paxos.LogMessage.ClientRequest;
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
import dev.faultline.protocols.store.Request;

/** Three to five nodes under every fault; then the faults end, and all must learn the value, or every client get its answers. */
public final class Paxos {
    private static final List<Source> SOURCES = List.of(
            Source.of("Lamport: Paxos Made Simple, 2001",
                    "https://lamport.azurewebsites.net/pubs/paxos-simple.pdf"),
            Source.of("Lamport: The Part-Time Parliament, 1998", "https://doi.org/10.1145/279227.279229"));

    private Paxos() {}

    public static Protocol single() {
        return new Protocol("paxos", "Agreement on one value", List.of(
                Variant.holds("paxos", """
                        No two nodes ever learn different values, and what they learn was proposed. When the faults end, all \
                        learn it.""",
                        List.of("proposes", "decides", "crash", "partition", "message lost", "message delayed",
                                "message duplicated"),
                        schedule -> playSingle(schedule, Weakness.NONE)),
                Variant.control("forgotten-promises",
                        """
                        If an acceptor loses its disk with a crash, it breaks its promises, and a second value is chosen.""",
                        "agreement", 1_000, schedule -> playSingle(schedule, Weakness.FORGETS_PROMISES)),
                Variant.control("half-quorum", """
                        Two halves need not have a node in common, and each chooses its own value.""",
                        "agreement", 1_000, schedule -> playSingle(schedule, Weakness.HALF_IS_ENOUGH)),
                Variant.control("own-value", """
                        A proposer that proposes its own value in spite of what was accepted overrules a chosen one.""",
                        "agreement", 1_000, schedule -> playSingle(schedule, Weakness.IGNORES_ACCEPTED))),
                SinglePaxos.class, SOURCES);
    }

    public static Protocol log() {
        return new Protocol("multi-paxos", "A replicated log out of Paxos, one phase for each command", List.of(
                Variant.holds("multi-paxos", """
                        No two nodes ever learn different commands for a slot, and clients see one linearizable store. When the \
                        faults end, every command is answered.""",
                        List.of("leader", "deposed", "no-op", "executes", "crash", "partition", "message lost",
                                "message delayed", "message duplicated"),
                        schedule -> playLog(schedule, Weakness.NONE)),
                Variant.control("forgotten-promises", """
                        If an acceptor loses its disk with a crash, a slot gets a second command.""",
                        "agreement", 1_000, schedule -> playLog(schedule, Weakness.FORGETS_PROMISES)),
                Variant.control("own-value", """
                        A new leader that proposes nothing again overrules what was chosen before it.""",
                        "agreement", 1_000, schedule -> playLog(schedule, Weakness.IGNORES_ACCEPTED))),
                MultiPaxos.class, SOURCES);
    }

    private static void playSingle(Schedule schedule, Weakness weakness) {
        int faultsEndAfterMs = 1_000;
        var network = new Network<SingleMessage, SinglePaxos.Timer>(schedule, Faults.draw(schedule, faultsEndAfterMs,
                Fault.RECOVERABLE));
        List<NodeId> nodes = schedule.nodes("N", schedule.between(3, 6));
        List<String> values = nodes.stream().map(node -> "v" + node.name()).toList();
        var learned = new Agreement<String>(values::contains);
        nodes.forEach(id -> {
            var disk = new SinglePaxos.Disk();
            network.runs(id, host -> new SinglePaxos(host, nodes, weakness, weakness == Weakness.FORGETS_PROMISES
                    ? new SinglePaxos.Disk()
                    : disk, learned));
        });
        schedule.runUntil(faultsEndAfterMs);
        boolean all = schedule.runUntil(30_000, () -> learned.whoDecided().size() == nodes.size());
        schedule.measure("ms until all have learned", schedule.nowMs());
        Violation.unless(all, "progress", () -> "only " + learned.whoDecided() + " learned the value");
    }

    private static void playLog(Schedule schedule, Weakness weakness) {
        int clients = 3;
        int faultsEndAfterMs = 2_500;
        var network = new Network<LogMessage, MultiPaxos.Timer>(schedule, Faults.draw(schedule, faultsEndAfterMs,
                Fault.RECOVERABLE));
        var history = new History<Command, Integer>();
        var workload = new Workload(history, clients, 4);
        var learned = new LogAgreement<Optional<Request>>(command -> command.isEmpty() || workload.requests()
                .contains(command.get()));
        List<NodeId> nodes = schedule.nodes("N", schedule.between(3, 6));
        nodes.forEach(id -> {
            var disk = new MultiPaxos.Disk();
            network.runs(id, host -> new MultiPaxos(host, nodes, weakness, weakness == Weakness.FORGETS_PROMISES
                    ? new MultiPaxos.Disk()
                    : disk, learned));
        });
        schedule.nodes("C", clients).forEach(id -> network.runsReliably(id, host -> new Client<>(host, nodes, workload,
                MultiPaxos.Timer.CLIENT, ClientRequest::new, message -> message instanceof ClientReply(var reply)
                        ? reply
                        : null)));
        schedule.runUntil(faultsEndAfterMs);
        boolean answered = schedule.runUntil(20_000, workload::isDone);
        schedule.measure("ms until the last answer", schedule.nowMs());
        Linearizability.check(history, Register.INSTANCE);
        Violation.unless(answered, "progress", () -> "not all commands were answered within 17 s of the faults' end");
    }
}
