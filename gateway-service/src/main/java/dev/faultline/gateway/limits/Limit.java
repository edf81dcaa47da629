package dev.faultline.gateway.limits;

import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What one caller may send to all gateways together.
 *
 * @param rate      requests a second, in the long run
 * @param burst     requests at once, after a pause
 * @param writes    requests with a body that are not answered yet
 * @param writeCost how many requests one with a body counts as
 */
record Limit(int rate, int burst, int writes, @DefaultValue("1") int writeCost) {}
