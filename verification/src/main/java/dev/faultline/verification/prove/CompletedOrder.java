package dev.faultline.verification.prove;

/**
 * An order whose outcome a client waited for.
 *
 * @param atMs   since the load began
 * @param tookMs from the time the request was due
 */
public record CompletedOrder(long atMs, long tookMs, String status) {}
