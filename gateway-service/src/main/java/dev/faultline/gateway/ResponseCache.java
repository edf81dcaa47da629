package dev.faultline.gateway;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future.State;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;

import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import dev.faultline.service.web.ProblemException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.web.servlet.function.HandlerFilterFunction;
import org.springframework.web.servlet.function.HandlerFunction;
import org.springframework.web.servlet.function.ServerRequest;
import org.springframework.web.servlet.function.ServerResponse;
import org.springframework.web.util.UriUtils;

/**
 * A shared cache (RFC 9111) of what a service marks as {@code public}. Requests that come while the same one is on its way wait
 * for its answer; when the service fails, its failure is their answer. A change that goes through this gateway is seen by
 * every request that begins after its answer. Thread-safe.
 */
final class ResponseCache implements HandlerFilterFunction<ServerResponse, ServerResponse> {
    /** The request attribute with the {@code If-None-Match} to forward, instead of the client's; empty: none. */
    static final String VALIDATOR = "dev.faultline.gateway.validator";
    /** Whoever sends one of these wants to know from the service itself, and of what the cache does not know. */
    static final Set<String> BYPASSING = Set.of("cache-control", "consistency", "if-match", "if-modified-since",
            "if-range",
            "if-unmodified-since", "pragma", "range");
    /** After this time an old response is not worth a question whether it is still the present one. */
    private static final Duration KEPT = Duration.ofMinutes(1);
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final String root;
    private final Pattern cacheable;
    private final CacheProperties properties;
    private final Ticker clock;
    private final AsyncCache<String, Outcome> outcomes;
    private final Counter hits;
    private final Counter misses;
    private final Counter coalesced;

    /** What a request to the service came to, for those who waited for it. Only the first is kept. */
    private sealed interface Outcome {
        record Cached(CachedResponse response) implements Outcome {}

        record ErrorOfService(ServerResponse response) implements Outcome {}

        record Failed(Exception problem) implements Outcome {}

        /** The answer to one client, of which the others know nothing. */
        record NotShared() implements Outcome {}
    }

    /**
     * @param name of the meters' tag
     * @param root whose reads, and those of one segment below, are cached
     */
    ResponseCache(String name, String root, CacheProperties properties, Ticker clock, MeterRegistry meters) {
        this.root = root;
        this.cacheable = Pattern.compile(Pattern.quote(root) + "(/[A-Za-z0-9-]+)?");
        this.properties = properties;
        this.clock = clock;
        this.outcomes = Caffeine.newBuilder().maximumWeight(properties.maxSize().toBytes()).weigher(
                (String _, Outcome outcome) -> outcome instanceof Outcome.Cached(var response) ? response.size() : 0)
                .expireAfterWrite(KEPT).ticker(clock).buildAsync();
        this.hits = gets(meters, name, "hit");
        this.misses = gets(meters, name, "miss");
        this.coalesced = gets(meters, name, "coalesced");
        Gauge.builder("cache.size", outcomes, cache -> cache.synchronous().estimatedSize()).description(
                "Stored responses").tag("cache", name).register(meters);
    }

    private static Counter gets(MeterRegistry meters, String name, String result) {
        return Counter.builder("cache.gets").description(
                "Requests answered from the cache, sent to the service, or having waited for one that was").tags(
                        "cache",
                        name, "result", result).register(meters);
    }

    @Override
    public ServerResponse filter(ServerRequest request, HandlerFunction<ServerResponse> next) throws Exception {
        HttpServletRequest asked = request.servletRequest();
        if (isCacheable(asked)) {
            return get(asked.getRequestURI(), request, next);
        }
        if (RetrySafely.isRead(request)) {
            return next.handle(request);
        }
        try {
            return next.handle(request);
        } finally { // also if the outcome is not known
            forget(asked.getRequestURI());
        }
    }

    private boolean isCacheable(HttpServletRequest asked) {
        return asked.getMethod().equals(HttpMethod.GET.name()) && asked.getQueryString() == null && cacheable.matcher(
                asked.getRequestURI()).matches() && asked.getAttribute(RequestLimitsFilter.BODY) == null && Collections
                        .list(asked.getHeaderNames()).stream().noneMatch(name -> BYPASSING.contains(name.toLowerCase(
                                Locale.ROOT)));
    }

    /** Also what is on its way, so that nobody who asks from now on gets what the service said before. */
    private void forget(String path) {
        outcomes.synchronous().invalidateAll(List.of(root, UriUtils.decode(path, StandardCharsets.UTF_8)));
    }

    private ServerResponse get(String path, ServerRequest request, HandlerFunction<ServerResponse> next)
            throws Exception {
        CompletableFuture<Outcome> known = outcomes.getIfPresent(path);
        if (known != null && !isOver(known)) {
            return answer(known, request, next);
        }
        var load = new CompletableFuture<Outcome>();
        boolean isFirst = known == null ? outcomes.asMap().putIfAbsent(path, load) == null
                : outcomes.asMap().replace(path, known, load);
        return isFirst ? load(path, load, stale(known), request, next) : get(path, request, next);
    }

    private boolean isOver(CompletableFuture<Outcome> known) {
        return known.isDone() && !(known.resultNow() instanceof Outcome.Cached(var response) && response.isFresh(clock
                .read()));
    }

    private static @Nullable CachedResponse stale(@Nullable CompletableFuture<Outcome> known) {
        return known != null && known.resultNow() instanceof Outcome.Cached(var response) ? response : null;
    }

    private ServerResponse load(String path, CompletableFuture<Outcome> load, @Nullable CachedResponse stale,
            ServerRequest request, HandlerFunction<ServerResponse> next) throws Exception {
        misses.increment();
        String tag = stale == null ? null : stale.tag();
        request.servletRequest().setAttribute(VALIDATOR, tag == null ? "" : tag);
        long now = clock.read();
        Outcome outcome = new Outcome.NotShared();
        try {
            ServerResponse answer = next.handle(request);
            if (answer.statusCode().is5xxServerError()) {
                outcome = new Outcome.ErrorOfService(answer);
            } else if (answer instanceof BufferedResponse complete) {
                BufferedResponse current = stale != null && complete.statusCode().value() == HttpStatus.NOT_MODIFIED
                        .value() ? stale.confirmedBy(complete) : complete;
                var cached = CachedResponse.of(current, now, properties.maxFreshness());
                if (cached.isEmpty()) {
                    return current;
                }
                outcome = new Outcome.Cached(cached.get());
                return cached.get().to(request);
            }
            return answer;
        } catch (Exception e) {
            outcome = new Outcome.Failed(e);
            throw e;
        } finally {
            if (!(outcome instanceof Outcome.Cached)) {
                outcomes.asMap().remove(path, load);
            }
            load.complete(outcome);
        }
    }

    private ServerResponse answer(CompletableFuture<Outcome> known, ServerRequest request,
            HandlerFunction<ServerResponse> next) throws Exception {
        boolean waits = known.state() == State.RUNNING;
        if (waits && !properties.coalesce()) {
            misses.increment();
            return next.handle(request);
        }
        (waits ? coalesced : hits).increment();
        return switch (await(known)) {
            case Outcome.Cached(var response) -> response.to(request, clock.read());
            case Outcome.ErrorOfService(var response) -> response;
            case Outcome.Failed(var problem) -> throw problem;
            case Outcome.NotShared() -> {
                misses.increment();
                yield next.handle(request);
            }
        };
    }

    private Outcome await(CompletableFuture<Outcome> known) throws Exception {
        try {
            return known.get(properties.maxWait().toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new ProblemException(HttpStatus.GATEWAY_TIMEOUT, "service-timeout",
                    "The service did not answer in time", "The same request of somebody else is on its way. Try again"
                            + " later.").retryAfter(RETRY_AFTER);
        }
    }
}
