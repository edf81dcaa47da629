package dev.faultline.protocols.threephase;

import java.util.List;

import dev.faultline.protocols.checking.Agreement;
import dev.faultline.protocols.network.Host;
import dev.faultline.protocols.schedules.NodeId;
import dev.faultline.protocols.threephase.Message.Ask;
import dev.faultline.protocols.threephase.Message.CanCommit;
import dev.faultline.protocols.threephase.Message.Decided;
import dev.faultline.protocols.threephase.Message.Decision;
import dev.faultline.protocols.threephase.Message.State;
import dev.faultline.protocols.threephase.Message.Vote;

/**
 * A participant of two-phase commit, with cooperative termination: in doubt, it asks everybody. If all others are in doubt too,
 * only the coordinator can help.
 *
 * @see <a href="https://www.microsoft.com/en-us/research/people/philbe/book/">Bernstein, Hadzilacos, Goodman: Concurrency
 *      Control and Recovery in Database Systems, 1987 (chapter 7)</a>
 */
final class TwoPhaseParticipant extends Participant {
    private static final int PATIENCE_MS = 60;

    private final List<NodeId> everybody;

    TwoPhaseParticipant(Host<Message, Timer> host, List<NodeId> everybody, Disk disk, Agreement<Decision> agreement) {
        super(host, disk, agreement);
        this.everybody = everybody;
    }

    @Override
    public void onStart() {
        if (disk.isInDoubt()) {
            onTimer(Timer.IN_DOUBT);
        }
    }

    @Override
    public void onMessage(NodeId from, Message message) {
        switch (message) {
            case CanCommit _ -> vote(from);
            case Decided(Decision decision) -> end(decision);
            case Ask _ -> answer(from);
            default -> throw new IllegalArgumentException("not for a participant: " + message);
        }
    }

    /** Once it has voted yes, it can no longer abort by itself. */
    private void vote(NodeId coordinator) {
        if (disk.state == State.INITIAL && disk.votesYes) {
            disk.state = State.WAITING;
            host.setTimer(Timer.IN_DOUBT, PATIENCE_MS);
        } else if (disk.state == State.INITIAL) {
            end(Decision.ABORT);
        }
        host.send(coordinator, new Vote(disk.state == State.WAITING || disk.state == State.COMMITTED));
    }

    private void answer(NodeId inDoubt) {
        switch (disk.state) {
            case COMMITTED -> host.send(inDoubt, new Decided(Decision.COMMIT));
            case ABORTED -> host.send(inDoubt, new Decided(Decision.ABORT));
            case INITIAL -> {
                end(Decision.ABORT);
                host.send(inDoubt, new Decided(Decision.ABORT));
            }
            case WAITING, PREPARED -> {
            }
        }
    }

    @Override
    public void onTimer(Timer timer) {
        host.note("is in doubt", "");
        everybody.stream().filter(other -> !other.equals(host.self())).forEach(other -> host.send(other, new Ask()));
        host.setTimer(Timer.IN_DOUBT, 4L * PATIENCE_MS);
    }
}
