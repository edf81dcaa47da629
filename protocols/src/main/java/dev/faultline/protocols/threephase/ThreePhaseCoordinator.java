package dev.faultline.protocols.threephase;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

import dev.faultline.protocols.checking.Agreement;
import dev.faultline.protocols.network.Host;
import dev.faultline.protocols.network.Network;
import dev.faultline.protocols.network.Node;
import dev.faultline.protocols.schedules.NodeId;
import dev.faultline.protocols.threephase.Message.Acknowledge;
import dev.faultline.protocols.threephase.Message.CanCommit;
import dev.faultline.protocols.threephase.Message.Decided;
import dev.faultline.protocols.threephase.Message.Decision;
import dev.faultline.protocols.threephase.Message.Is;
import dev.faultline.protocols.threephase.Message.PreCommit;
import dev.faultline.protocols.threephase.Message.Vote;

/**
 * The coordinator of three-phase commit. It relies on messages that take no longer than {@link Network#USUAL_DELAY_MS}: who does
 * not answer has crashed.
 *
 * @see <a href="https://doi.org/10.1145/582318.582339">Skeen: Nonblocking Commit Protocols, 1981</a>
 */
final class ThreePhaseCoordinator implements Node<Message, Timer> {
    static final int ROUND_TRIP_MS = 2 * Network.USUAL_DELAY_MS + 1;

    private final Host<Message, Timer> host;
    private final List<NodeId> participants;
    private final Agreement<Decision> agreement;
    private final Set<NodeId> yes = new HashSet<>();
    private boolean decided;

    ThreePhaseCoordinator(Host<Message, Timer> host, List<NodeId> participants, Agreement<Decision> agreement) {
        this.host = host;
        this.participants = participants;
        this.agreement = agreement;
    }

    @Override
    public void onStart() {
        host.broadcast(participants, new CanCommit());
        host.setTimer(Timer.VOTES, ROUND_TRIP_MS);
    }

    @Override
    public void onMessage(NodeId from, Message message) {
        switch (message) {
            case Vote(boolean vote) when vote -> {
                yes.add(from);
                if (yes.size() == participants.size() && !decided) {
                    host.cancelTimer(Timer.VOTES);
                    host.broadcast(participants, new PreCommit());
                    host.setTimer(Timer.ACKNOWLEDGEMENTS, ROUND_TRIP_MS);
                }
            }
            case Vote _ -> decide(Decision.ABORT);
            case Acknowledge _,Is _ -> {
            }
            default -> throw new IllegalArgumentException("not for a coordinator: " + message);
        }
    }

    /** Without all votes it aborts. Who has not acknowledged by now has crashed, so all that are up are prepared. */
    @Override
    public void onTimer(Timer timer) {
        decide(timer == Timer.ACKNOWLEDGEMENTS ? Decision.COMMIT : Decision.ABORT);
    }

    private void decide(Decision decision) {
        if (!decided) {
            decided = true;
            host.cancelTimer(Timer.VOTES);
            host.decide(decision == Decision.COMMIT ? "commits" : "aborts", "");
            agreement.decided(host.self(), decision);
            host.broadcast(participants, new Decided(decision));
        }
    }
}
