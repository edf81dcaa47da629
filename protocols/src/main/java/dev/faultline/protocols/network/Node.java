package dev.faultline.protocols.network;

import dev.faultline.protocols.schedules.NodeId;

/**
 * A node as a state machine: it reacts to one thing at a time, and only through its {@link Host}. A crash drops it, with all its
 * fields; the next start makes a new one. What must survive is kept in an object that the node is given, its disk.
 *
 * @param <M> its messages
 * @param <T> its timers, told apart by {@code equals}
 */
public interface Node<M, T> {

    /** The first step after each start. */
    default void onStart() {}

    void onMessage(NodeId from, M message);

    void onTimer(T timer);
}
