package dev.faultline.gateway.limits;

import java.time.Duration;

import io.github.bucket4j.BucketConfiguration;

/**
 * The part of a limit that each of several gateways grants: each as much as the others, so that none has to ask another.
 *
 * @param rate           of a token bucket
 * @param writes         at a time
 * @param writeCost      of a request with a body, in tokens; no more than the bucket holds
 * @param policy         the header {@code RateLimit-Policy}, with the quotas of this gateway
 * @param secondsToRegain one request, rounded up
 */
record Share(int gateways, BucketConfiguration rate, int writes, int writeCost, String policy, long secondsToRegain) {

    /** @param name of the policy, followed by "-writes" for the second */
    static Share of(String name, Limit limit, int gateways) {
        int burst = Math.ceilDiv(limit.burst(), gateways);
        int writes = Math.ceilDiv(limit.writes(), gateways);
        var rate = BucketConfiguration.builder().addLimit(bandwidth -> bandwidth.capacity(burst).refillGreedy(limit
                .rate(), Duration.ofSeconds(gateways))).build();
        return new Share(gateways, rate, writes, Math.min(limit.writeCost(), burst),
                "\"%s\";q=%d;w=%d, \"%s-writes\";q=%d;qu=\"concurrent-requests\""
                        .formatted(name, burst, Math.ceilDiv(limit.burst(), limit.rate()), name, writes),
                Math.ceilDiv(gateways, limit.rate()));
    }
}
