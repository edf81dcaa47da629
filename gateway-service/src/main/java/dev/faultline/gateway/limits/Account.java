package dev.faultline.gateway.limits;

import java.util.concurrent.atomic.AtomicInteger;

import io.github.bucket4j.Bucket;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.TimeMeter;
import io.github.bucket4j.TokensInheritanceStrategy;
import io.github.bucket4j.local.LocalBucket;

/** What one caller has used of its share. Thread-safe, without a lock. */
final class Account {
    private final LocalBucket bucket;
    private final AtomicInteger writes = new AtomicInteger();

    Account(BucketConfiguration rate, TimeMeter time) {
        this.bucket = Bucket.builder().addLimit(rate.getBandwidths()[0]).withCustomTimePrecision(time).build();
    }

    /** Takes what a request costs, if that much is left. */
    ConsumptionProbe take(Share share, int cost) {
        return of(share).tryConsumeAndReturnRemaining(cost);
    }

    /** Takes one request, and goes into debt if there is none left. */
    void charge(Share share) {
        of(share).consumeIgnoringRateLimits(1);
    }

    /** Asks as {@link #take} does for one request without a body, and takes nothing. */
    long nanosUntilNext(Share share) {
        return of(share).estimateAbilityToConsume(1).getNanosToWaitForRefill();
    }

    /** If the share has changed since, what is left of the old one is converted in proportion. */
    private LocalBucket of(Share share) {
        if (!share.rate().equals(bucket.getConfiguration())) {
            bucket.replaceConfiguration(share.rate(), TokensInheritanceStrategy.PROPORTIONALLY);
        }
        return bucket;
    }

    /** Begins a write; returns how many more may begin, or -1 if this one may not. */
    int beginWrite(Share share) {
        int left = share.writes() - writes.incrementAndGet();
        if (left >= 0) {
            return left;
        }
        writes.decrementAndGet();
        return -1;
    }

    void endWrite() {
        writes.decrementAndGet();
    }
}
