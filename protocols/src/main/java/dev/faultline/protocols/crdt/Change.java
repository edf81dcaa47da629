package dev.faultline.protocols.crdt;

import dev.faultline.protocols.schedules.NodeId;

/** What a user does at a replica, and the number of the change there. */
sealed interface Change {

    NodeId replica();

    int number();

    record Increment(NodeId replica, int number) implements Change {}

    record Decrement(NodeId replica, int number) implements Change {}

    record Add(NodeId replica, int number, String element) implements Change {}

    record Remove(NodeId replica, int number, String element) implements Change {}
}
