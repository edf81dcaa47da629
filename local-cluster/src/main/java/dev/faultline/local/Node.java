package dev.faultline.local;

import java.time.Instant;
import java.util.OptionalLong;

import dev.faultline.local.supervisor.NodeState;

/**
 * The current state of a node.
 *
 * @param pid    empty if it has no process
 * @param since  when it entered this state
 * @param detail explains the state; may be empty
 * @param memory of its process and its children
 */
public record Node(String name, NodeState state, OptionalLong pid, int port, Instant since, int restarts, String detail,
        Memory memory) {
    Node withDetail(String changed) {
        return new Node(name, state, pid, port, since, restarts, changed, memory);
    }

    /** The detail of a ready node that does not respond. */
    public static final String UNRESPONSIVE = "does not respond";
    /** The detail of a node whose process has exited. */
    static final String EXITED = "its process has exited";
}
