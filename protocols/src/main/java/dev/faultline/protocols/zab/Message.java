package dev.faultline.protocols.zab;

import java.util.List;

import dev.faultline.protocols.network.Routine;
import dev.faultline.protocols.store.Reply;
import dev.faultline.protocols.store.Request;

/** The messages of the paper's three phases. */
sealed interface Message {

    /** Orders transactions: by the epoch of the primary that proposed them, then by its count. */
    record Zxid(int epoch, int counter) implements Comparable<Zxid> {
        static final Zxid NONE = new Zxid(0, 0);

        @Override
        public int compareTo(Zxid other) {
            return epoch == other.epoch
                    ? Integer.compare(counter, other.counter)
                    : Integer.compare(epoch, other.epoch);
        }

        @Override
        public String toString() {
            return epoch + "." + counter;
        }
    }

    record Transaction(Zxid zxid, Request request) {
        @Override
        public String toString() {
            return request + " (" + zxid + ")";
        }
    }

    /** In the place of a leader election: whoever asks first. */
    record Candidate() implements Message {
        @Override
        public String toString() {
            return "let me lead";
        }
    }

    /** Phase 1: the highest epoch that the follower has promised to enter. */
    record CurrentEpoch(int acceptedEpoch) implements Message {
        @Override
        public String toString() {
            return "my epoch is " + acceptedEpoch;
        }
    }

    record NewEpoch(int epoch) implements Message {
        @Override
        public String toString() {
            return "new epoch " + epoch;
        }
    }

    /** @param currentEpoch the last epoch whose leader's history the follower has taken over */
    record AckEpoch(int epoch, int currentEpoch, List<Transaction> history) implements Message {

        Zxid lastZxid() {
            return history.isEmpty() ? Zxid.NONE : history.getLast().zxid();
        }

        @Override
        public String toString() {
            return "ack epoch %d, have %d of %d".formatted(epoch, history.size(), currentEpoch);
        }
    }

    /** Phase 2: the history that the epoch begins with. */
    record NewLeader(int epoch, List<Transaction> history) implements Message {
        @Override
        public String toString() {
            return "take %d in epoch %d".formatted(history.size(), epoch);
        }
    }

    record AckLeader(int epoch, int length) implements Message {
        @Override
        public String toString() {
            return "took %d in epoch %d".formatted(length, epoch);
        }
    }

    /** Phase 3. */
    record Propose(Transaction transaction, int position) implements Message {
        @Override
        public String toString() {
            return "propose " + transaction;
        }
    }

    /** @param length of the follower's history, all of which is on its disk */
    record Ack(int epoch, int length, boolean isRoutine) implements Message, Routine {
        @Override
        public String toString() {
            return "ack %d in epoch %d".formatted(length, epoch);
        }
    }

    /** Commits the history up to a length, and keeps followers from looking for another leader. */
    record Commit(int epoch, int length, boolean isRoutine) implements Message, Routine {
        @Override
        public String toString() {
            return "commit %d in epoch %d".formatted(length, epoch);
        }
    }

    record ClientRequest(Request request) implements Message {
        @Override
        public String toString() {
            return request.toString();
        }
    }

    record ClientReply(Reply reply) implements Message {
        @Override
        public String toString() {
            return reply.toString();
        }
    }
}
