package dev.faultline.protocols.swim;

import java.util.List;

import dev.faultline.protocols.network.Routine;
import dev.faultline.protocols.schedules.NodeId;

/** Pings and what they carry along. */
sealed interface Message extends Routine {

    enum Status {
        ALIVE, SUSPECT, DEAD
    }

    /**
     * What is said of a member.
     *
     * @param incarnation grows when the member itself denies that it is dead
     */
    record Update(NodeId member, Status status, int incarnation) {

        /** Whether it is news to one who believes the other: the paper's order of preference (4.2). */
        boolean overrides(Update other) {
            return switch (status) {
                case DEAD -> other.status != Status.DEAD;
                case SUSPECT -> (other.status == Status.SUSPECT && incarnation > other.incarnation)
                        || (other.status == Status.ALIVE && incarnation >= other.incarnation);
                case ALIVE -> other.status != Status.DEAD && incarnation > other.incarnation;
            };
        }

        @Override
        public String toString() {
            return member + " " + status + " " + incarnation;
        }
    }

    /** What every message carries along. */
    List<Update> gossip();

    @Override
    default boolean isRoutine() {
        return gossip().isEmpty() && !(this instanceof PingRequest);
    }

    record Ping(int sequence, List<Update> gossip) implements Message {
        @Override
        public String toString() {
            return "ping " + gossip;
        }
    }

    record Ack(int sequence, List<Update> gossip) implements Message {
        @Override
        public String toString() {
            return "ack " + gossip;
        }
    }

    /** Ping this one for me. */
    record PingRequest(int sequence, NodeId target, List<Update> gossip) implements Message {
        @Override
        public String toString() {
            return "please ping " + target;
        }
    }
}
