package dev.faultline.local.supervisor;

/** The state of a node, according to its supervisor. */
public enum NodeState {
    /** Waits for the nodes it needs. */
    WAITING,
    /** Its process is running, but has not been ready yet. */
    STARTING,
    /** Its process is running and has been ready. */
    READY,
    /** Its process exited unexpectedly, and is restarted after a delay. */
    RESTARTING,
    /** Its process was asked to stop, and is still running. */
    STOPPING,
    /** It has no process and is not started. */
    STOPPED
}
