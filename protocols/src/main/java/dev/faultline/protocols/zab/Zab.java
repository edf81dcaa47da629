package dev.faultline.protocols.zab;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

import dev.faultline.protocols.checking.History;
import dev.faultline.protocols.checking.Linearizability;
import dev.faultline.protocols.checking.LogAgreement;
import dev.faultline.protocols.network.Fault;
import dev.faultline.protocols.network.Faults;
import dev.faultline.protocols.network.Network;
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
import dev.faultline.protocols.zab.Message.ClientReply;
import dev.faultline.protocols.zab.Message.ClientRequest;
import dev.faultline.protocols.zab.Message.Transaction;
import dev.faultline.protocols.zab.Message.Zxid;

/** Three or five peers and three clients under every fault; then the faults end, and every client must get its answers. */
public final class Zab {
    private static final int CLIENTS = 3;
    private static final int FAULTS_END_AFTER_MS = 2_500;
    private static final int ANSWERED_AFTER_MS = 20_000;

    private Zab() {}

    public static Protocol protocol() {
        return new Protocol("zab", "Atomic broadcast of a primary's changes", List.of(
                Variant.holds("zab",
                        """
                        No two peers deliver different transactions at a position, each delivers them in the order of epochs and \
                        counts, and clients see one linearizable store. When the faults end, every command is answered.""",
                        List.of("looks", "leader", "gives up", "misses", "delivers", "crash", "partition",
                                "message lost", "message delayed", "message duplicated"),
                        schedule -> play(schedule, Weakness.NONE)),
                Variant.control("own-history", """
                        A leader that begins with its own history, and not with the last one of a quorum, drops what was \
                        committed.""",
                        "agreement", 1_000, schedule -> play(schedule, Weakness.KEEPS_OWN_HISTORY)),
                Variant.control("forgotten-epoch",
                        """
                        If a follower forgets with a crash which epoch it has entered, it goes back to the leader of an earlier \
                        one.""",
                        "primary order", 1_000, schedule -> play(schedule, Weakness.FORGETS_EPOCH))),
                Peer.class, List.of(Source.of(
                        "Junqueira, Reed, Serafini: Zab: High-performance Broadcast for Primary-backup Systems, 2011",
                        "https://doi.org/10.1109/DSN.2011.5958223")));
    }

    private static void play(Schedule schedule, Weakness weakness) {
        var network = new Network<Message, Timer>(schedule, Faults.draw(schedule, FAULTS_END_AFTER_MS,
                Fault.RECOVERABLE));
        var history = new History<Command, Integer>();
        var workload = new Workload(history, CLIENTS, 4);
        var agreement = new LogAgreement<Transaction>(transaction -> workload.requests().contains(transaction
                .request()));
        Map<NodeId, Zxid> last = new HashMap<>();
        List<NodeId> peers = schedule.nodes("Z", schedule.chance(0.5) ? 3 : 5);
        peers.forEach(id -> {
            var disk = new Peer.Disk();
            network.runs(id, host -> {
                last.put(id, Zxid.NONE);
                return new Peer(host, peers, weakness, disk, (peer, position, transaction) -> {
                    agreement.decided(peer, position, transaction);
                    Zxid before = last.put(peer, transaction.zxid());
                    Violation.unless(before == null || before.compareTo(transaction.zxid()) < 0, "primary order",
                            () -> "%s delivers %s after %s".formatted(peer, transaction, before));
                });
            });
        });
        schedule.nodes("C", CLIENTS).forEach(id -> network.runsReliably(id, host -> new Client<>(host, peers, workload,
                Timer.CLIENT, ClientRequest::new, message -> message instanceof ClientReply(var reply)
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
