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
 * The tokens that were revoked and have not expired, at most 1,000 of each client: in a file, so that a restart does not
 * forget them. Thread-safe.
 */
final class Revocations {
    private static final int LIMIT = 1_000;
    /** For clocks that differ. */
    private static final Duration MARGIN = Duration.ofMinutes(1);

    private final PrivateFile file;
    private final Clock clock;
    private final JsonMapper json = JsonMapper.shared();
    /** By token id. */
    private Map<String, Revoked> tokens;

    /** @param until the second of the epoch */
    private record Revoked(String client, long until) {}

    Revocations(PrivateFile file, Clock clock) {
        this.file = file;
        this.clock = clock;
        this.tokens = file.read().map(content -> json.readValue(content, new TypeReference<Map<String, Revoked>>() {}))
                .orElse(Map.of());
    }

    /** @throws OAuth2AuthenticationException if the client has revoked too many */
    synchronized void add(String client, String tokenId, Instant expiresAt) {
        var changed = new HashMap<>(tokens);
        changed.values().removeIf(this::isPast);
        changed.put(tokenId, new Revoked(client, expiresAt.plus(MARGIN).getEpochSecond()));
        if (changed.values().stream().filter(revoked -> revoked.client.equals(client)).count() > LIMIT) {
            throw new OAuth2AuthenticationException(new OAuth2Error("temporarily_unavailable",
                    "The client has revoked too many tokens; try again when some have expired.", null));
        }
        file.write(json.writeValueAsString(changed));
        tokens = Map.copyOf(changed);
    }

    synchronized Set<String> ids() {
        if (tokens.values().stream().anyMatch(this::isPast)) {
            var changed = new HashMap<>(tokens);
            changed.values().removeIf(this::isPast);
            tokens = Map.copyOf(changed);
        }
        return tokens.keySet();
    }

    private boolean isPast(Revoked revoked) {
        return revoked.until < clock.instant().getEpochSecond();
    }
}
