package dev.faultline.protocols.paxos;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

import dev.faultline.protocols.checking.LogAgreement;
import dev.faultline.protocols.network.Host;
import dev.faultline.protocols.network.Node;
import dev.faultline.protocols.paxos.LogMessage.Accept;
import dev.faultline.protocols.paxos.LogMessage.Accepted;
import dev.faultline.protocols.paxos.LogMessage.ClientReply;
import dev.faultline.protocols.paxos.LogMessage.ClientRequest;
import dev.faultline.protocols.paxos.LogMessage.Decided;
import dev.faultline.protocols.paxos.LogMessage.Heartbeat;
import dev.faultline.protocols.paxos.LogMessage.Missing;
import dev.faultline.protocols.paxos.LogMessage.Prepare;
import dev.faultline.protocols.paxos.LogMessage.Promise;
import dev.faultline.protocols.paxos.LogMessage.Proposal;
import dev.faultline.protocols.schedules.NodeId;
import dev.faultline.protocols.store.Reply;
import dev.faultline.protocols.store.Request;
import dev.faultline.protocols.store.Store;
import org.jspecify.annotations.Nullable;

/**
 * Paxos for each slot of a log. A leader passes phase 1 once, for all slots that it has not learned; after that a command costs
 * one phase 2.
 *
 * @see <a href="https://lamport.azurewebsites.net/pubs/paxos-simple.pdf">Lamport: Paxos Made Simple, 2001 (section 3)</a>
 */
final class MultiPaxos implements Node<LogMessage, MultiPaxos.Timer> {
    private static final int HEARTBEAT_MS = 50;
    private static final int PATIENCE_MS = 150;

    enum Timer {
        LEAD, HEARTBEAT, CLIENT
    }

    /** What survives a crash. */
    static final class Disk {
        int lastRound;
        Ballot promised = Ballot.NONE;
        final TreeMap<Integer, Proposal> accepted = new TreeMap<>();
    }

    private final Host<LogMessage, Timer> host;
    private final List<NodeId> nodes;
    private final int quorum;
    private final Weakness weakness;
    private final Disk disk;
    private final LogAgreement<Optional<Request>> learned;

    private Ballot ballot = Ballot.NONE;
    private boolean leading;
    private final Map<NodeId, Promise> promises = new HashMap<>();
    /** What this node has proposed as the leader, and who has accepted it. */
    private final TreeMap<Integer, Accept> proposed = new TreeMap<>();
    private final Map<Integer, Set<NodeId>> acceptors = new HashMap<>();
    /** What was decided; everything below {@code nextSlot} is executed. */
    private final TreeMap<Integer, Decided> decided = new TreeMap<>();
    private int nextSlot = 1;
    private final Store store = new Store();

    MultiPaxos(Host<LogMessage, Timer> host, List<NodeId> nodes, Weakness weakness, Disk disk,
            LogAgreement<Optional<Request>> learned) {
        this.host = host;
        this.nodes = nodes;
        this.quorum = weakness.quorum(nodes.size());
        this.weakness = weakness;
        this.disk = disk;
        this.learned = learned;
    }

    @Override
    public void onStart() {
        awaitLeader();
    }

    private void awaitLeader() {
        host.setTimer(Timer.LEAD, host.random(PATIENCE_MS, 2 * PATIENCE_MS));
    }

    @Override
    public void onTimer(Timer timer) {
        switch (timer) {
            case LEAD -> prepare();
            case HEARTBEAT -> {
                host.broadcast(nodes, new Heartbeat(ballot, nextSlot));
                proposed.tailMap(nextSlot).values().forEach(accept -> host.broadcast(nodes, accept));
                host.setTimer(Timer.HEARTBEAT, HEARTBEAT_MS);
            }
            case CLIENT -> throw new IllegalArgumentException("not a server's timer");
        }
    }

    private void prepare() {
        disk.lastRound = Math.max(disk.lastRound, disk.promised.round()) + 1;
        ballot = new Ballot(disk.lastRound, host.self());
        leading = false;
        promises.clear();
        host.note("prepares", ballot);
        host.broadcast(nodes, new Prepare(ballot, nextSlot));
        awaitLeader();
    }

    @Override
    public void onMessage(NodeId from, LogMessage message) {
        switch (message) {
            case Prepare prepare -> promise(from, prepare);
            case Promise promise -> lead(from, promise);
            case Accept accept -> accept(from, accept);
            case Accepted accepted -> count(from, accepted);
            case Decided decision -> learn(decision);
            case Heartbeat heartbeat -> follow(from, heartbeat);
            case Missing(int slot) -> decided.tailMap(slot).values().forEach(decision -> host.send(from, decision));
            case ClientRequest(Request request) -> {
                if (leading) {
                    propose(proposed.isEmpty() ? nextSlot : Math.max(nextSlot, proposed.lastKey() + 1), request);
                }
            }
            case ClientReply _ -> throw new IllegalArgumentException("not for a server");
        }
    }

    private void promise(NodeId proposer, Prepare prepare) {
        if (disk.promised.isBelow(prepare.ballot())) {
            promised(prepare.ballot());
            host.send(proposer, new Promise(prepare.ballot(), new TreeMap<>(disk.accepted.tailMap(prepare
                    .fromSlot()))));
        }
    }

    private void promised(Ballot higher) {
        disk.promised = higher;
        if (leading && ballot.isBelow(higher)) {
            host.note("deposed", "by " + higher);
            leading = false;
            host.cancelTimer(Timer.HEARTBEAT);
        }
        if (!leading) {
            awaitLeader();
        }
    }

    /** With a quorum of promises, proposes again what may have been chosen, and no-ops in the gaps between. */
    private void lead(NodeId acceptor, Promise promise) {
        if (!promise.ballot().equals(ballot) || leading) {
            return;
        }
        promises.put(acceptor, promise);
        if (promises.size() < quorum) {
            return;
        }
        leading = true;
        host.decide("leader", "with " + ballot);
        host.cancelTimer(Timer.LEAD);
        proposed.clear();
        acceptors.clear();
        var highest = new TreeMap<Integer, Proposal>();
        if (weakness != Weakness.IGNORES_ACCEPTED) {
            promises.values().forEach(each -> each.accepted().forEach((slot, proposal) -> highest.merge(slot, proposal,
                    (one, other) -> one.ballot().isBelow(other.ballot()) ? other : one)));
        }
        for (int slot = nextSlot; !highest.isEmpty() && slot <= highest.lastKey(); slot++) {
            Proposal proposal = highest.get(slot);
            propose(slot, proposal == null ? null : proposal.request());
        }
        onTimer(Timer.HEARTBEAT);
    }

    private void propose(int slot, @Nullable Request request) {
        var accept = new Accept(ballot, slot, request);
        proposed.put(slot, accept);
        host.broadcast(nodes, accept);
    }

    private void accept(NodeId leader, Accept accept) {
        if (!accept.ballot().isBelow(disk.promised)) {
            promised(accept.ballot());
            disk.accepted.put(accept.slot(), new Proposal(accept.ballot(), accept.request()));
            host.send(leader, new Accepted(accept.ballot(), accept.slot()));
        }
    }

    private void count(NodeId acceptor, Accepted accepted) {
        Accept accept = proposed.get(accepted.slot());
        if (!leading || !accepted.ballot().equals(ballot) || accept == null) {
            return;
        }
        Set<NodeId> who = acceptors.computeIfAbsent(accepted.slot(), _ -> new HashSet<>());
        if (who.add(acceptor) && who.size() == quorum) {
            var decision = new Decided(accept.slot(), accept.request());
            learn(decision);
            nodes.stream().filter(node -> !node.equals(host.self())).forEach(node -> host.send(node, decision));
        }
    }

    /** Executes in the order of the slots. */
    private void learn(Decided decision) {
        if (decided.putIfAbsent(decision.slot(), decision) == null) {
            learned.decided(host.self(), decision.slot(), Optional.ofNullable(decision.request()));
        }
        for (Decided next = decided.get(nextSlot); next != null; next = decided.get(++nextSlot)) {
            Request request = next.request();
            if (request == null) {
                host.note("no-op", "in " + nextSlot);
                continue;
            }
            Reply reply = store.execute(request);
            if (leading) {
                host.decide("executes", nextSlot + ": " + request);
                host.send(request.client(), new ClientReply(reply));
            }
        }
    }

    private void follow(NodeId leader, Heartbeat heartbeat) {
        if (heartbeat.ballot().isBelow(disk.promised)) {
            return;
        }
        promised(heartbeat.ballot());
        if (nextSlot < heartbeat.nextSlot()) {
            host.send(leader, new Missing(nextSlot));
        }
    }
}
