package dev.faultline.gateway.limits;

/**
 * What one caller may send to all gateways together.
 *
 * @param rate   requests a second, in the long run
 * @param burst  requests at once, after a pause
 * @param writes requests with a body that are not answered yet
 */
record Limit(int rate, int burst, int writes) {}
