package dev.faultline.protocols.paxos;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import dev.faultline.protocols.checking.Agreement;
import dev.faultline.protocols.network.Host;
import dev.faultline.protocols.network.Node;
import dev.faultline.protocols.paxos.SingleMessage.Accept;
import dev.faultline.protocols.paxos.SingleMessage.Accepted;
import dev.faultline.protocols.paxos.SingleMessage.Prepare;
import dev.faultline.protocols.paxos.SingleMessage.Promise;
import dev.faultline.protocols.paxos.SingleMessage.Proposal;
import dev.faultline.protocols.schedules.NodeId;
import org.jspecify.annotations.Nullable;

/**
 * A proposer, an acceptor and a learner in one, which agree with others on one value.
 *
 * @see <a href="https://lamport.azurewebsites.net/pubs/paxos-simple.pdf">Lamport: Paxos Made Simple, 2001</a>
 */
final class SinglePaxos implements Node<SingleMessage, SinglePaxos.Timer> {
    private static final int PATIENCE_MS = 60;

    enum Timer {
        PROPOSE
    }

    /** What survives a crash. */
    static final class Disk {
        int lastRound;
        Ballot promised = Ballot.NONE;
        @Nullable Proposal accepted;
    }

    private final Host<SingleMessage, Timer> host;
    private final List<NodeId> nodes;
    private final int quorum;
    private final Weakness weakness;
    private final Disk disk;
    private final String ownValue;
    private final Agreement<String> learned;

    private Ballot ballot = Ballot.NONE;
    private final Map<NodeId, Promise> promises = new HashMap<>();
    private final Map<Accepted, Set<NodeId>> acceptors = new HashMap<>();
    private boolean decided;

    /** @param learned hears of what this node learns */
    SinglePaxos(Host<SingleMessage, Timer> host, List<NodeId> nodes, Weakness weakness, Disk disk,
            Agreement<String> learned) {
        this.host = host;
        this.nodes = nodes;
        this.quorum = weakness.quorum(nodes.size());
        this.weakness = weakness;
        this.disk = disk;
        this.ownValue = "v" + host.self().name();
        this.learned = learned;
    }

    @Override
    public void onStart() {
        host.setTimer(Timer.PROPOSE, host.random(0, PATIENCE_MS));
    }

    /** Phase 1a: a ballot above all that this node has seen. A growing wait lets one proposer finish in the end. */
    @Override
    public void onTimer(Timer timer) {
        if (!decided) {
            disk.lastRound = Math.max(disk.lastRound, disk.promised.round()) + 1;
            ballot = new Ballot(disk.lastRound, host.self());
            promises.clear();
            host.note("proposes", ballot);
            host.broadcast(nodes, new Prepare(ballot));
            host.setTimer(Timer.PROPOSE, host.random(PATIENCE_MS, PATIENCE_MS * (2 + disk.lastRound)));
        }
    }

    @Override
    public void onMessage(NodeId from, SingleMessage message) {
        switch (message) {
            case Prepare prepare -> promise(from, prepare);
            case Promise promise -> propose(from, promise);
            case Accept accept -> accept(accept);
            case Accepted accepted -> learn(from, accepted);
        }
    }

    /** Phase 1b: a promise to accept nothing below this ballot, and what was accepted so far. */
    private void promise(NodeId proposer, Prepare prepare) {
        if (disk.promised.isBelow(prepare.ballot())) {
            disk.promised = prepare.ballot();
            host.send(proposer, new Promise(prepare.ballot(), disk.accepted));
        }
    }

    /** Phase 2a: with the promises of a quorum, the value of the highest proposal among them; only if there is none, its own. */
    private void propose(NodeId acceptor, Promise promise) {
        if (!promise.ballot().equals(ballot) || promises.size() >= quorum) {
            return;
        }
        promises.put(acceptor, promise);
        if (promises.size() == quorum) {
            Proposal highest = null;
            for (Promise each : promises.values()) {
                Proposal accepted = each.accepted();
                if (accepted != null && (highest == null || highest.ballot().isBelow(accepted.ballot()))) {
                    highest = accepted;
                }
            }
            String value = highest == null || weakness == Weakness.IGNORES_ACCEPTED ? ownValue : highest.value();
            host.broadcast(nodes, new Accept(ballot, value));
        }
    }

    /** Phase 2b. */
    private void accept(Accept accept) {
        if (!accept.ballot().isBelow(disk.promised)) {
            disk.promised = accept.ballot();
            disk.accepted = new Proposal(accept.ballot(), accept.value());
            host.broadcast(nodes, new Accepted(accept.ballot(), accept.value()));
        }
    }

    /** A value is chosen when a quorum has accepted it in the same ballot. */
    private void learn(NodeId acceptor, Accepted accepted) {
        Set<NodeId> who = acceptors.computeIfAbsent(accepted, _ -> new HashSet<>());
        who.add(acceptor);
        if (who.size() == quorum && !decided) {
            decided = true;
            host.decide("decides", accepted.value());
            learned.decided(host.self(), accepted.value());
        }
    }
}
