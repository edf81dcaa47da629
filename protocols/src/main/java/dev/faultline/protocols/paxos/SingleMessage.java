package dev.faultline.protocols.paxos;

import org.jspecify.annotations.Nullable;

/** The messages of single-decree Paxos; phases 1a, 1b, 2a and 2b. */
sealed interface SingleMessage {

    /** What an acceptor has accepted. */
    record Proposal(Ballot ballot, String value) {
        @Override
        public String toString() {
            return value + " in " + ballot;
        }
    }

    record Prepare(Ballot ballot) implements SingleMessage {
        @Override
        public String toString() {
            return "prepare " + ballot;
        }
    }

    /** @param accepted the highest proposal that the acceptor has accepted; null if there is none */
    record Promise(Ballot ballot, @Nullable Proposal accepted) implements SingleMessage {
        @Override
        public String toString() {
            return "promise " + ballot + (accepted == null ? "" : ", had " + accepted);
        }
    }

    record Accept(Ballot ballot, String value) implements SingleMessage {
        @Override
        public String toString() {
            return "accept " + ballot + ": " + value;
        }
    }

    record Accepted(Ballot ballot, String value) implements SingleMessage {
        @Override
        public String toString() {
            return "accepted " + ballot + ": " + value;
        }
    }
}
