package dev.faultline.local.supervisor;

import java.time.Instant;

import dev.faultline.backing.ProcessIdentity;
import org.jspecify.annotations.Nullable;

/**
 * A node's last known state.
 *
 * @param process  its process, while there is one
 * @param since    when the node came into this state
 * @param restarts how often it was started again after it had ended by itself
 * @param detail   why it is in this state, if there is more to say
 */
public record NodeStatus(NodeState state, @Nullable ProcessIdentity process, Instant since, int restarts,
        String detail) {

    static NodeStatus initial(Instant now) {
        return new NodeStatus(NodeState.WAITING, null, now, 0, "");
    }

    /** Of a node that has never run. */
    public static NodeStatus unknown() {
        return new NodeStatus(NodeState.STOPPED, null, Instant.EPOCH, 0, "");
    }

    /** The process, if it is alive now whatever the file says. */
    public @Nullable ProcessIdentity livingProcess() {
        return process != null && process.isAlive() ? process : null;
    }
}
