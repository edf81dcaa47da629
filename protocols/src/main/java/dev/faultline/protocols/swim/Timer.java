package dev.faultline.protocols.swim;

import dev.faultline.protocols.schedules.NodeId;

sealed interface Timer {

    record Period() implements Timer {}

    /** No answer to a ping so far: ask others. */
    record Indirect(int sequence) implements Timer {}

    /** Nothing has been heard of a suspect. */
    record Suspicion(NodeId member, int incarnation) implements Timer {}
}
