package dev.faultline.protocols.raft;

import dev.faultline.protocols.network.Routine;
import dev.faultline.protocols.store.Reply;
import dev.faultline.protocols.store.Request;
import org.jspecify.annotations.Nullable;

/** Figure 2 of the paper. A message's sender is its {@code candidateId} or {@code leaderId}. */
sealed interface Message {

    /** Those of servers have a term, by which stale ones are told. */
    sealed interface OfServer extends Message {
        int term();
    }

    /** An entry of the log. */
    record Entry(int term, Request command) {
        @Override
        public String toString() {
            return command + " (term " + term + ")";
        }
    }

    record RequestVote(int term, int lastLogIndex, int lastLogTerm) implements OfServer {
        @Override
        public String toString() {
            return "vote for me in %d?".formatted(term);
        }
    }

    record VoteReply(int term, boolean voteGranted) implements OfServer {
        @Override
        public String toString() {
            return (voteGranted ? "my vote in %d" : "no vote in %d").formatted(term);
        }
    }

    /** @param entry the one after {@code prevLogIndex}; null for a heartbeat */
    record AppendEntries(int term, int prevLogIndex, int prevLogTerm, @Nullable Entry entry, int leaderCommit)
            implements OfServer, Routine {
        @Override
        public boolean isRoutine() {
            return entry == null;
        }

        @Override
        public String toString() {
            return entry == null ? "heartbeat " + term : "%d: %d := %s".formatted(term, prevLogIndex + 1, entry);
        }
    }

    /** @param matchIndex up to where the logs agree; if not successful, up to where they may */
    record AppendReply(int term, boolean success, int matchIndex, boolean isRoutine) implements OfServer, Routine {
        @Override
        public String toString() {
            return (success ? "%d: have up to %d" : "%d: not beyond %d").formatted(term, matchIndex);
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
