package dev.faultline.protocols.threephase;

/** The messages of two-phase and three-phase commit. */
sealed interface Message {

    enum Decision {
        COMMIT, ABORT
    }

    /** Skeen's states of a participant: q, w, p, c and a. Only three-phase commit has p. */
    enum State {
        INITIAL, WAITING, PREPARED, COMMITTED, ABORTED
    }

    record CanCommit() implements Message {
        @Override
        public String toString() {
            return "can you commit?";
        }
    }

    record Vote(boolean yes) implements Message {
        @Override
        public String toString() {
            return yes ? "yes" : "no";
        }
    }

    /** Of three-phase commit: all have voted yes. */
    record PreCommit() implements Message {
        @Override
        public String toString() {
            return "prepare to commit";
        }
    }

    record Acknowledge() implements Message {
        @Override
        public String toString() {
            return "prepared";
        }
    }

    record Decided(Decision decision) implements Message {
        @Override
        public String toString() {
            return decision.toString();
        }
    }

    /** Of two-phase commit, from a participant in doubt: what was decided? */
    record Ask() implements Message {
        @Override
        public String toString() {
            return "what was decided?";
        }
    }

    /** Of three-phase commit, from a participant that takes the coordinator's place. */
    record AskState() implements Message {
        @Override
        public String toString() {
            return "your state?";
        }
    }

    record Is(State state) implements Message {
        @Override
        public String toString() {
            return "I am " + state;
        }
    }
}
