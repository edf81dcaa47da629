package dev.faultline.gateway.limits;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.faultline.service.web.ProblemException;
import dev.faultline.service.web.RequestBodies;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.TimeMeter;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.http.HttpStatus;

/**
 * A limit, and what each caller has used of this gateway's share of it. A response has the headers {@code RateLimit-Policy} and
 * {@code RateLimit} if its request was counted. Whoever used nothing for a while is forgotten, having its whole share again; of
 * too many, those that were seen least. Thread-safe, without a lock that callers share.
 *
 * @see <a href="https://datatracker.ietf.org/doc/html/draft-ietf-httpapi-ratelimit-headers-11">RateLimit header fields for
 *      HTTP, draft 11</a>
 */
final class Quota {
    private static final Duration REMEMBERED_FOR = Duration.ofMinutes(1);
    private static final String RATE_LIMIT = "RateLimit";

    private final String name;
    private final Limit limit;
    private final IntSupplier gateways;
    private final TimeMeter time;
    private final Cache<String, Account> accounts;
    private final Counter refused;
    private final Counter refusedWrites;
    private volatile Share share;

    /** @param remembered the maximum number of callers that are remembered */
    Quota(String name, Limit limit, int remembered, IntSupplier gateways, TimeMeter time, MeterRegistry meters) {
        this.name = name;
        this.limit = limit;
        this.gateways = gateways;
        this.time = time;
        this.share = Share.of(name, limit, gateways.getAsInt());
        Duration untilFull = Duration.ofSeconds(Math.ceilDiv(limit.burst(), limit.rate()));
        this.accounts = Caffeine.newBuilder().maximumSize(remembered).expireAfterAccess(REMEMBERED_FOR.plus(untilFull))
                .ticker(time::currentTimeNanos).build();
        this.refused = refusals(meters, name);
        this.refusedWrites = refusals(meters, writesOf(name));
    }

    private static String writesOf(String name) {
        return name + "-writes";
    }

    private static Counter refusals(MeterRegistry meters, String policy) {
        return Counter.builder("faultline.limits.refusals").description("Requests that were refused with 429").tag(
                "policy", policy).register(meters);
    }

    /**
     * Passes the request on if the caller has not used up its share.
     *
     * @throws ProblemException if it has
     */
    void admit(String caller, HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        Share current = share();
        Account account = accounts.get(caller, _ -> new Account(current.rate(), time));
        // What has a body takes memory while it arrives, a place on its route while it is answered, and most of the work.
        boolean isWrite = RequestBodies.hasBody(request);
        int writes = isWrite ? account.beginWrite(current) : 0;
        boolean isOneTooMany = writes < 0;
        try {
            // One too many is no more work than a read.
            ConsumptionProbe rate = account.take(current, isWrite && !isOneTooMany ? current.writeCost() : 1);
            if (!rate.isConsumed()) {
                throw refusal(response, current, rate.getRemainingTokens(), rate.getNanosToWaitForRefill());
            }
            String left = '"' + name + "\";r=" + rate.getRemainingTokens() + ";t=" + current.secondsToRegain();
            response.setHeader("RateLimit-Policy", current.policy());
            response.setHeader(RATE_LIMIT, isWrite ? left + ", \"" + writesOf(name) + "\";r=" + Math.max(0, writes)
                    : left);
            if (isOneTooMany) {
                refusedWrites.increment();
                throw problem(writesOf(name), current.writes()
                        + " requests of yours with a body are not answered yet. This one"
                        + " was not executed. Wait for an answer, then send it again.", 1);
            }
            chain.doFilter(request, response);
        } finally {
            if (isWrite && !isOneTooMany) {
                account.endWrite();
            }
        }
    }

    /**
     * Takes nothing.
     *
     * @throws ProblemException if the caller has used up its share
     */
    void check(String caller, HttpServletResponse response) {
        Account account = accounts.getIfPresent(caller);
        if (account != null) {
            Share current = share();
            long wait = account.nanosUntilNext(current);
            if (wait > 0) {
                throw refusal(response, current, 0, wait);
            }
        }
    }

    /** Counts a request that was passed on already, also beyond the caller's share. */
    void charge(String caller) {
        Share current = share();
        accounts.get(caller, _ -> new Account(current.rate(), time)).charge(current);
    }

    private Share share() {
        Share known = share;
        int count = gateways.getAsInt();
        if (known.gateways() != count) {
            known = Share.of(name, limit, count);
            share = known;
        }
        return known;
    }

    private ProblemException refusal(HttpServletResponse response, Share current, long left, long nanos) {
        long seconds = Math.max(1, Math.ceilDiv(nanos, TimeUnit.SECONDS.toNanos(1)));
        response.setHeader("RateLimit-Policy", current.policy());
        response.setHeader(RATE_LIMIT, '"' + name + "\";r=" + left + ";t=" + seconds);
        refused.increment();
        return problem(name,
                "This %s may send %d requests a second, and %d at once after a pause%s. This one was not executed."
                        .formatted(name, limit.rate(), limit.burst(), limit.writeCost() == 1 ? ""
                                : ", where one with a body counts as " + limit.writeCost())
                        + " Send it again after the seconds in Retry-After.",
                seconds);
    }

    private static ProblemException problem(String policy, String detail, long seconds) {
        var problem = new ProblemException(HttpStatus.TOO_MANY_REQUESTS, "quota-exceeded", "Too many requests", detail)
                .retryAfter(Duration.ofSeconds(seconds));
        problem.getBody().setProperty("violated-policies", List.of(policy));
        return problem;
    }

    /** The number of callers that are remembered. */
    long remembered() {
        accounts.cleanUp();
        return accounts.estimatedSize();
    }
}
