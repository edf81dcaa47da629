package dev.faultline.protocols.paxos;

import java.util.SortedMap;

import dev.faultline.protocols.network.Routine;
import dev.faultline.protocols.store.Reply;
import dev.faultline.protocols.store.Request;
import org.jspecify.annotations.Nullable;

/** The messages of Paxos for a log. A null request is a no-op, which fills a gap. */
sealed interface LogMessage {

    /** What an acceptor has accepted in a slot. */
    record Proposal(Ballot ballot, @Nullable Request request) {}

    /** For all slots from this one on. */
    record Prepare(Ballot ballot, int fromSlot) implements LogMessage {
        @Override
        public String toString() {
            return "prepare %s from %d".formatted(ballot, fromSlot);
        }
    }

    record Promise(Ballot ballot, SortedMap<Integer, Proposal> accepted) implements LogMessage {
        @Override
        public String toString() {
            return "promise " + ballot + (accepted.isEmpty() ? "" : ", had " + accepted.keySet());
        }
    }

    record Accept(Ballot ballot, int slot, @Nullable Request request) implements LogMessage {
        @Override
        public String toString() {
            return "%s: %d := %s".formatted(ballot, slot, request);
        }
    }

    record Accepted(Ballot ballot, int slot) implements LogMessage {
        @Override
        public String toString() {
            return "%s: accepted %d".formatted(ballot, slot);
        }
    }

    record Decided(int slot, @Nullable Request request) implements LogMessage {
        @Override
        public String toString() {
            return "decided %d: %s".formatted(slot, request);
        }
    }

    /** @param nextSlot the leader's first undecided one */
    record Heartbeat(Ballot ballot, int nextSlot) implements LogMessage, Routine {
        @Override
        public boolean isRoutine() {
            return true;
        }
    }

    /** The answer to a heartbeat of a node that has not learned all that the leader has. */
    record Missing(int slot) implements LogMessage {
        @Override
        public String toString() {
            return "what is " + slot + "?";
        }
    }

    record ClientRequest(Request request) implements LogMessage {
        @Override
        public String toString() {
            return request.toString();
        }
    }

    record ClientReply(Reply reply) implements LogMessage {
        @Override
        public String toString() {
            return reply.toString();
        }
    }
}
