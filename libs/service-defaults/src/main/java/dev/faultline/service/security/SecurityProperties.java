package dev.faultline.service.security;

import java.net.URI;
import java.time.Duration;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Whose tokens are accepted.
 *
 * @param issuer the OpenID Connect issuer, exactly as in the claim {@code iss}; everything else about it is discovered
 * @param audience what the claim {@code aud} must contain
 * @param clockSkew by how much the issuer's clock may differ, from 0 to 30 seconds
 * @param refresh how often the list of revoked tokens is fetched, which bounds how long a revoked token is still accepted
 * @param cachedTokens the maximum number of verified tokens that are remembered
 */
@ConfigurationProperties("faultline.security")
public record SecurityProperties(URI issuer, @DefaultValue("faultline") String audience,
        @DefaultValue("5s") Duration clockSkew, @DefaultValue("3s") Duration refresh,
        @DefaultValue("10000") int cachedTokens) {
    private static final Duration MAX_SKEW = Duration.ofSeconds(30);

    public SecurityProperties {
        if (issuer == null || issuer.getHost() == null || !String.valueOf(issuer.getScheme()).matches("https?")) {
            throw new IllegalArgumentException("faultline.security.issuer must be the http or https URL of an OpenID"
                    + " Connect issuer, like http://127.0.0.1:8128, not " + issuer);
        }
        if (audience.isBlank()) {
            throw new IllegalArgumentException("faultline.security.audience must not be empty");
        }
        if (clockSkew.isNegative() || clockSkew.compareTo(MAX_SKEW) > 0) {
            throw new IllegalArgumentException("faultline.security.clock-skew must be from 0s to 30s");
        }
        if (refresh.compareTo(Duration.ofSeconds(1)) < 0 || refresh.compareTo(Duration.ofMinutes(1)) > 0) {
            throw new IllegalArgumentException("faultline.security.refresh must be from 1s to 1m");
        }
        if (cachedTokens < 1) {
            throw new IllegalArgumentException("faultline.security.cached-tokens must be positive");
        }
    }
}
