package dev.faultline.protocols.threephase;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

import dev.faultline.protocols.checking.Agreement;
import dev.faultline.protocols.network.Host;
import dev.faultline.protocols.network.Node;
import dev.faultline.protocols.schedules.NodeId;
import dev.faultline.protocols.threephase.Message.Ask;
import dev.faultline.protocols.threephase.Message.CanCommit;
import dev.faultline.protocols.threephase.Message.Decided;
import dev.faultline.protocols.threephase.Message.Decision;
import dev.faultline.protocols.threephase.Message.Vote;
import org.jspecify.annotations.Nullable;

/**
 * The coordinator of two-phase commit, with presumed abort: what is not on its disk was aborted.
 *
 * @see <a href="https://doi.org/10.1007/3-540-08755-9_9">Gray: Notes on Data Base Operating Systems, 1978</a>
 */
final class TwoPhaseCoordinator implements Node<Message, Timer> {
    private static final int PATIENCE_MS = 40;

    /** What survives a crash. */
    static final class Disk {
        boolean begun;
        @Nullable Decision decision;
    }

    private final Host<Message, Timer> host;
    private final List<NodeId> participants;
    private final Disk disk;
    private final Agreement<Decision> agreement;
    private final Set<NodeId> yes = new HashSet<>();

    TwoPhaseCoordinator(Host<Message, Timer> host, List<NodeId> participants, Disk disk,
            Agreement<Decision> agreement) {
        this.host = host;
        this.participants = participants;
        this.disk = disk;
        this.agreement = agreement;
    }

    @Override
    public void onStart() {
        if (disk.begun) {
            decide(disk.decision == null ? Decision.ABORT : disk.decision);
        } else {
            disk.begun = true;
            host.broadcast(participants, new CanCommit());
            host.setTimer(Timer.VOTES, PATIENCE_MS);
        }
    }

    @Override
    public void onMessage(NodeId from, Message message) {
        switch (message) {
            case Vote(boolean vote) when vote -> {
                yes.add(from);
                if (yes.size() == participants.size() && disk.decision == null) {
                    decide(Decision.COMMIT);
                }
            }
            case Vote _ -> {
                if (disk.decision == null) {
                    decide(Decision.ABORT);
                }
            }
            case Ask _ -> {
                if (disk.decision != null) {
                    host.send(from, new Decided(disk.decision));
                }
            }
            default -> throw new IllegalArgumentException("not for a coordinator: " + message);
        }
    }

    @Override
    public void onTimer(Timer timer) {
        if (disk.decision == null) {
            decide(Decision.ABORT);
        }
    }

    /** The decision is made when it is on the disk. */
    private void decide(Decision decision) {
        disk.decision = decision;
        host.decide(decision == Decision.COMMIT ? "commits" : "aborts", "");
        agreement.decided(host.self(), decision);
        host.broadcast(participants, new Decided(decision));
    }
}
