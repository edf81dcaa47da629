package dev.faultline.protocols.threephase;

import dev.faultline.protocols.checking.Agreement;
import dev.faultline.protocols.network.Host;
import dev.faultline.protocols.network.Node;
import dev.faultline.protocols.threephase.Message.Decision;
import dev.faultline.protocols.threephase.Message.State;

/** What the participants of both protocols have in common: a vote, and one way to end. */
abstract sealed class Participant implements Node<Message, Timer> permits TwoPhaseParticipant, ThreePhaseParticipant {

    /** What survives a crash. */
    static final class Disk {
        final boolean votesYes;
        State state = State.INITIAL;

        Disk(boolean votesYes) {
            this.votesYes = votesYes;
        }

        boolean isInDoubt() {
            return state == State.WAITING || state == State.PREPARED;
        }
    }

    final Host<Message, Timer> host;
    final Disk disk;
    private final Agreement<Decision> agreement;

    /** @param agreement hears of what this participant does in the end */
    Participant(Host<Message, Timer> host, Disk disk, Agreement<Decision> agreement) {
        this.host = host;
        this.disk = disk;
        this.agreement = agreement;
    }

    /** Does what was decided. There is no way back. */
    final void end(Decision decision) {
        State end = decision == Decision.COMMIT ? State.COMMITTED : State.ABORTED;
        if (disk.state != end) {
            disk.state = end;
            host.cancelTimer(Timer.IN_DOUBT);
            host.decide(decision == Decision.COMMIT ? "commits" : "aborts", "");
            agreement.decided(host.self(), decision);
        }
    }
}
