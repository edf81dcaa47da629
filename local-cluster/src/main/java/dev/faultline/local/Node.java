package dev.faultline.local;

import java.time.Instant;
import java.util.OptionalLong;

import dev.faultline.local.supervisor.NodeState;

/**
 * A node as it is now.
 *
 * @param pid    of its process, while there is one
 * @param since  when it came into this state
 * @param detail why it is in this state, if there is more to say
 * @param memory  of its process and that one's children
 */
public record Node(String name, NodeState state, OptionalLong pid, int port, Instant since, int restarts, String detail,
        Memory memory) {
    /** The detail of a node that was ready and does not answer now. */
    public static final String SILENT = "does not answer now";
    /** The detail of a node whose process is gone. */
    static final String ENDED = "its process has ended";
}
