package dev.faultline.local.supervisor;

/** What a node is doing, as its supervisor sees it. */
public enum NodeState {
    /** For the nodes it needs. */
    WAITING,
    /** Its process runs, but has not been ready yet. */
    STARTING,
    /** Its process runs and has been ready. */
    READY,
    /** Its process ended by itself; it is started again after a while. */
    RESTARTING,
    /** It was asked to end and has not yet. */
    STOPPING,
    /** It ended because it was asked to. */
    STOPPED;

    public boolean isRunning() {
        return this == STARTING || this == READY || this == STOPPING;
    }
}
