package dev.faultline.backing;

/**
 * What a running standby says about the log that it has received.
 *
 * @param isPaused    whether it replays nothing until {@link StandbyReplay#resume}
 * @param bytesBehind of the log that it has received and not replayed
 */
public record ReplayState(boolean isPaused, long bytesBehind) {}
