package dev.faultline.protocols.threephase;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;

import dev.faultline.protocols.checking.Agreement;
import dev.faultline.protocols.network.Host;
import dev.faultline.protocols.schedules.NodeId;
import dev.faultline.protocols.threephase.Message.Acknowledge;
import dev.faultline.protocols.threephase.Message.AskState;
import dev.faultline.protocols.threephase.Message.CanCommit;
import dev.faultline.protocols.threephase.Message.Decided;
import dev.faultline.protocols.threephase.Message.Decision;
import dev.faultline.protocols.threephase.Message.Is;
import dev.faultline.protocols.threephase.Message.PreCommit;
import dev.faultline.protocols.threephase.Message.State;
import dev.faultline.protocols.threephase.Message.Vote;

/**
 * A participant of three-phase commit. When it hears nothing more, it takes the coordinator's place, unless one before it in the
 * list does: it asks for the states of those that are left, and ends by Skeen's rule. That is possible because nobody commits
 * while another one may be waiting: between the two there is PREPARED.
 *
 * @see <a href="https://doi.org/10.1145/582318.582339">Skeen: Nonblocking Commit Protocols, 1981</a>
 */
final class ThreePhaseParticipant extends Participant {
    private static final int ROUND_TRIP_MS = ThreePhaseCoordinator.ROUND_TRIP_MS;
    /** Longer than a coordinator is silent, and than a termination takes. */
    private static final int SILENCE_MS = 4 * ROUND_TRIP_MS;

    private final List<NodeId> participants;
    private final Set<State> states = EnumSet.noneOf(State.class);

    ThreePhaseParticipant(Host<Message, Timer> host, List<NodeId> participants, Disk disk,
            Agreement<Decision> agreement) {
        super(host, disk, agreement);
        this.participants = participants;
    }

    @Override
    public void onMessage(NodeId from, Message message) {
        switch (message) {
            case CanCommit _ -> vote(from);
            case PreCommit _ -> prepare(from);
            case Decided(Decision decision) -> end(decision);
            case AskState _ -> {
                awaitCoordinator();
                host.send(from, new Is(disk.state));
            }
            case Is(State state) -> states.add(state);
            case Acknowledge _ -> {
            }
            default -> throw new IllegalArgumentException("not for a participant: " + message);
        }
    }

    private void vote(NodeId coordinator) {
        if (disk.state == State.INITIAL && disk.votesYes) {
            disk.state = State.WAITING;
            awaitCoordinator();
        } else if (disk.state == State.INITIAL) {
            end(Decision.ABORT);
        }
        host.send(coordinator, new Vote(disk.state == State.WAITING));
    }

    private void prepare(NodeId coordinator) {
        if (disk.isInDoubt()) {
            disk.state = State.PREPARED;
            awaitCoordinator();
            host.send(coordinator, new Acknowledge());
        }
    }

    private void awaitCoordinator() {
        if (disk.isInDoubt()) {
            int rank = participants.indexOf(host.self());
            host.setTimer(Timer.IN_DOUBT, (long) SILENCE_MS * (1 + rank));
        }
    }

    @Override
    public void onTimer(Timer timer) {
        switch (timer) {
            case IN_DOUBT -> {
                host.note("takes over", "as " + disk.state);
                states.clear();
                host.broadcast(participants, new AskState());
                host.setTimer(Timer.STATES, ROUND_TRIP_MS);
            }
            case STATES -> terminate();
            case ACKNOWLEDGEMENTS -> announce(Decision.COMMIT);
            default -> throw new IllegalArgumentException("not a participant's timer");
        }
    }

    /** Skeen's rule, for the states of all that are up. */
    private void terminate() {
        if (states.contains(State.COMMITTED)) {
            announce(Decision.COMMIT);
        } else if (states.contains(State.ABORTED) || !states.contains(State.PREPARED)) {
            announce(Decision.ABORT);
        } else {
            host.broadcast(participants, new PreCommit());
            host.setTimer(Timer.ACKNOWLEDGEMENTS, ROUND_TRIP_MS);
        }
    }

    private void announce(Decision decision) {
        host.broadcast(participants, new Decided(decision));
    }
}
