package dev.faultline.gateway;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.web.servlet.function.ServerRequest;
import org.springframework.web.servlet.function.ServerResponse;

/**
 * A response that its service has marked as fresh for a while, and the same for everybody.
 *
 * @param since when it was asked for, in nanoseconds of the cache's clock
 */
record CachedResponse(BufferedResponse response, long since, Duration freshness) {
    /** What a response counts for besides its body, in bytes. */
    static final int OVERHEAD = 1024;

    private static final String MAX_AGE = "max-age=";
    private static final Set<String> NOT_FOR_ALL = Set.of("private", "no-store", "no-cache");

    /**
     * @param maxFreshness whatever the response says
     * @return empty if the response may not be stored (RFC 9111, section 3), or depends on a header that the cache does not
     *         know
     */
    static Optional<CachedResponse> of(BufferedResponse response, long since, Duration maxFreshness) {
        HttpHeaders headers = response.headers();
        Set<String> directives = directives(headers.getCacheControl());
        boolean isForAll = response.statusCode().value() == HttpStatus.OK.value() && directives.contains("public")
                && directives.stream().noneMatch(NOT_FOR_ALL::contains)
                && ResponseCache.BYPASSING.containsAll(lowerCase(headers.getVary()));
        Duration freshness = directives.stream().filter(directive -> directive.matches(MAX_AGE + "\\d{1,9}"))
                .findFirst()
                .map(directive -> Duration.ofSeconds(Long.parseLong(directive.substring(MAX_AGE.length())))).orElse(
                        Duration.ZERO);
        return isForAll && freshness.isPositive() ? Optional.of(new CachedResponse(response, since, freshness.compareTo(
                maxFreshness) < 0 ? freshness : maxFreshness)) : Optional.empty();
    }

    private static Set<String> directives(@Nullable String cacheControl) {
        return cacheControl == null ? Set.of() : lowerCase(List.of(cacheControl.split(",")));
    }

    private static Set<String> lowerCase(List<String> words) {
        return words.stream().map(word -> word.trim().toLowerCase(Locale.ROOT)).collect(Collectors.toSet());
    }

    boolean isFresh(long now) {
        return now - since < freshness.toNanos();
    }

    @Nullable
    String tag() {
        return response.headers().getETag();
    }

    int size() {
        return OVERHEAD + response.size();
    }

    /** What the service has confirmed with a 304, whose {@code Cache-Control} counts from now on. */
    BufferedResponse confirmedBy(BufferedResponse notModified) {
        String cacheControl = notModified.headers().getCacheControl();
        return cacheControl == null ? response : response.with(HttpHeaders.CACHE_CONTROL, cacheControl);
    }

    /** For a client that has waited for the service's response. */
    ServerResponse to(ServerRequest request) {
        return to(request, response);
    }

    /** For a client that gets it from the cache, with its {@code Age}. */
    ServerResponse to(ServerRequest request, long now) {
        return to(request, response.with(HttpHeaders.AGE, Long.toString(Duration.ofNanos(now - since).toSeconds())));
    }

    private ServerResponse to(ServerRequest request, BufferedResponse full) {
        String tag = tag();
        return tag != null && request.checkNotModified(tag).isPresent() ? full.notModified() : full;
    }
}
