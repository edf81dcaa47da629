package dev.faultline.verification.prove;

/**
 * An order that a client waited for.
 *
 * @param atMs   since the load began
 * @param tookMs since the request was due
 */
public record CompletedOrder(long atMs, long tookMs, String status) {}
