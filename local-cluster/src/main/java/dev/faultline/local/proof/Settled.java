package dev.faultline.local.proof;

/**
 * An order that came to its end while somebody waited.
 *
 * @param atMs   since the load began
 * @param tookMs from the moment the order was due
 */
public record Settled(long atMs, long tookMs, String status) {}
