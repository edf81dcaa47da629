package dev.faultline.backing;

/**
 * The end of a fenced primary's log that its successor had not received.
 *
 * @param from         the end of the successor's log when it took over
 * @param bytes        of log after that
 * @param transactions that had committed in these bytes
 */
public record DiscardedLog(String from, long bytes, long transactions) {}
