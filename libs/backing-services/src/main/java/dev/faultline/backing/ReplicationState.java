package dev.faultline.backing;

/**
 * What a running server says about its replication.
 *
 * @param isPrimary      whether it accepts writes
 * @param isStreaming    whether its peer is receiving its log; false on a standby
 * @param bytesBehind    of its log that the peer has not on disk, if it is streaming
 * @param waitingCommits that wait for the synchronous standby
 * @param isPeerLost     whether it no longer retains the log that the peer needs, so that the peer must be rebuilt
 */
public record ReplicationState(boolean isPrimary, boolean isStreaming, long bytesBehind, int waitingCommits,
        boolean isPeerLost) {}
