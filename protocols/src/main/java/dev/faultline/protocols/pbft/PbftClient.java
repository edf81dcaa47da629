package dev.faultline.protocols.pbft;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import dev.faultline.protocols.checking.LogAgreement;
import dev.faultline.protocols.network.Host;
import dev.faultline.protocols.network.Node;
import dev.faultline.protocols.pbft.Message.Reply;
import dev.faultline.protocols.pbft.Message.Request;
import dev.faultline.protocols.schedules.NodeId;

/** Sends requests to all replicas, one after the other, and believes what f + 1 of them say: one of these is honest. */
final class PbftClient implements Node<Signed<?>, Timer> {
    private static final int PATIENCE_MS = 150;

    private final Host<Signed<?>, Timer> host;
    private final Group group;
    private final Signed.Signer signer;
    private final Set<Request> open;
    private final LogAgreement<Optional<Request>> agreement;
    private final int last;
    private int timestamp;
    private Request pending;
    private final Map<Reply, Set<NodeId>> replies = new HashMap<>();

    /**
     * @param open      the requests that have no answer
     * @param agreement hears of what it believes
     */
    PbftClient(Host<Signed<?>, Timer> host, Group group, Signed.Signer signer, Set<Request> open,
            LogAgreement<Optional<Request>> agreement, int requests) {
        this.host = host;
        this.group = group;
        this.signer = signer;
        this.open = open;
        this.agreement = agreement;
        this.last = requests;
        this.pending = next();
    }

    private Request next() {
        return new Request(host.self(), ++timestamp);
    }

    @Override
    public void onStart() {
        host.setTimer(Timer.CLIENT, host.random(1, PATIENCE_MS));
    }

    @Override
    public void onTimer(Timer timer) {
        host.broadcast(group.replicas(), signer.sign(pending));
        host.setTimer(Timer.CLIENT, PATIENCE_MS);
    }

    @Override
    public void onMessage(NodeId from, Signed<?> signed) {
        if (!(signed.message() instanceof Reply reply) || !reply.request().equals(pending)) {
            return;
        }
        Set<NodeId> who = replies.computeIfAbsent(reply, _ -> new HashSet<>());
        who.add(signed.by());
        if (who.size() > group.f()) {
            open.remove(pending);
            agreement.decided(host.self(), reply.n(), Optional.of(pending));
            if (timestamp < last) {
                pending = next();
                onStart();
            } else {
                host.cancelTimer(Timer.CLIENT);
            }
        }
    }
}
