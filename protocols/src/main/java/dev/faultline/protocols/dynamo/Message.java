package dev.faultline.protocols.dynamo;

import java.util.List;

import dev.faultline.protocols.clocks.VectorClock;
import dev.faultline.protocols.schedules.NodeId;

/** The messages of a leaderless store. */
sealed interface Message {

    /** A client's operation, or a coordinator's. A repeated one is another one. */
    record Operation(NodeId client, int serial) {}

    record Get(Operation operation, String key) implements Message {
        @Override
        public String toString() {
            return key + "?";
        }
    }

    record GetReply(Operation operation, List<Version> versions) implements Message {
        @Override
        public String toString() {
            return "read " + versions;
        }
    }

    /** @param context what the client had read before */
    record Put(Operation operation, String key, int value, VectorClock context) implements Message {
        @Override
        public String toString() {
            return key + "=" + value;
        }
    }

    record PutReply(Operation operation, VectorClock clock) implements Message {
        @Override
        public String toString() {
            return "written";
        }
    }

    /** From a coordinator to a replica. */
    record Fetch(Operation operation, String key) implements Message {
        @Override
        public String toString() {
            return "fetch " + key;
        }
    }

    record Fetched(Operation operation, List<Version> versions) implements Message {
        @Override
        public String toString() {
            return "has " + versions;
        }
    }

    record Store(Operation operation, String key, List<Version> versions) implements Message {
        @Override
        public String toString() {
            return "store %s=%s".formatted(key, versions);
        }
    }

    record Stored(Operation operation) implements Message {
        @Override
        public String toString() {
            return "stored";
        }
    }

    /** For a node that stands in for a replica which does not answer. */
    record Hint(Operation operation, NodeId owner, String key, List<Version> versions) implements Message {
        @Override
        public String toString() {
            return "keep %s=%s for %s".formatted(key, versions, owner);
        }
    }

    record HintKept(Operation operation, NodeId owner) implements Message {
        @Override
        public String toString() {
            return "kept for " + owner;
        }
    }
}
