package dev.faultline.identity;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2Error;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * The tokens that were revoked and have not expired, at most 10,000: in a file, so that a restart does not forget them.
 * Thread-safe.
 */
final class Revocations {
    private static final int LIMIT = 10_000;
    /** For clocks that differ. */
    private static final Duration MARGIN = Duration.ofMinutes(1);

    private final PrivateFile file;
    private final Clock clock;
    private final JsonMapper json = JsonMapper.shared();
    /** By token, the second of the epoch in which it expires. */
    private Map<String, Long> expiries;

    Revocations(PrivateFile file, Clock clock) {
        this.file = file;
        this.clock = clock;
        this.expiries = file.read().map(content -> json.readValue(content, new TypeReference<Map<String, Long>>() {}))
                .orElse(Map.of());
    }

    /** @throws OAuth2AuthenticationException if there are too many */
    synchronized void add(String tokenId, Instant expiresAt) {
        var changed = new HashMap<>(expiries);
        changed.values().removeIf(this::isPast);
        changed.put(tokenId, expiresAt.plus(MARGIN).getEpochSecond());
        if (changed.size() > LIMIT) {
            throw new OAuth2AuthenticationException(new OAuth2Error("temporarily_unavailable",
                    "Too many tokens are revoked; try again when some have expired.", null));
        }
        file.write(json.writeValueAsString(changed));
        expiries = Map.copyOf(changed);
    }

    synchronized Set<String> ids() {
        if (expiries.values().stream().anyMatch(this::isPast)) {
            var changed = new HashMap<>(expiries);
            changed.values().removeIf(this::isPast);
            expiries = Map.copyOf(changed);
        }
        return expiries.keySet();
    }

    private boolean isPast(long second) {
        return second < clock.instant().getEpochSecond();
    }
}
