package dev.faultline.local.supervisor;

import java.time.Instant;

import dev.faultline.backing.ProcessIdentity;
import org.jspecify.annotations.Nullable;

/**
 * The last known state of a node.
 *
 * @param process  null if it has none
 * @param since    when the node entered this state
 * @param restarts the number of restarts after an unexpected exit
 * @param detail   explains the state; may be empty
 */
public record NodeStatus(NodeState state, @Nullable ProcessIdentity process, Instant since, int restarts,
        String detail) {

    static NodeStatus initial(Instant now) {
        return new NodeStatus(NodeState.WAITING, null, now, 0, "");
    }

    /** The status of a node that has never run. */
    public static NodeStatus unknown() {
        return new NodeStatus(NodeState.STOPPED, null, Instant.EPOCH, 0, "");
    }

    /** The process, if it is still alive. */
    public @Nullable ProcessIdentity livingProcess() {
        return process != null && process.isAlive() ? process : null;
    }
}
