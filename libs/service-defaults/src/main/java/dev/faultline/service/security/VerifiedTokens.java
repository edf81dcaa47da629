package dev.faultline.service.security;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKMatcher;
import com.nimbusds.jose.jwk.JWKSelector;
import com.nimbusds.jose.jwk.source.JWKSetSource;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWT;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.JWTParser;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;

/**
 * Verifies access tokens: signed by the issuer with RS256, for this audience, and valid now. A token that was verified is
 * remembered under its hash for five minutes at most, and costs no second signature check meanwhile. Its expiry is checked
 * at every request; whether it was revoked is asked elsewhere, at every request too. Thread-safe.
 *
 * <p>
 * Keys are fetched when the first token arrives, and again when a token names a key that is not known (once a second at
 * most), so the issuer can change keys at any time. Each key is dropped at most five minutes after the issuer stopped
 * publishing it, and the remembered tokens that it signed at most five minutes later; while the issuer does not answer, the
 * known ones are used for an hour.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc8725">RFC 8725: JSON Web Token Best Current Practices</a>
 */
final class VerifiedTokens {
    /** The only one: what a token itself says about its algorithm selects nothing. */
    private static final JWSAlgorithm ALGORITHM = JWSAlgorithm.RS256;
    private static final Duration KEYS_FOR = Duration.ofMinutes(5);
    private static final Duration TOKENS_FOR = Duration.ofMinutes(5);
    private static final Duration KEYS_AHEAD = Duration.ofMinutes(1);
    private static final Duration KEYS_AT_MOST_EVERY = Duration.ofSeconds(1);
    private static final Duration KEYS_FETCHED_WITHIN = Duration.ofSeconds(4);
    private static final Duration KEYS_DURING_OUTAGE = Duration.ofHours(1);

    private final String issuer;
    private final String audience;
    private final Duration skew;
    private final InstantSource clock;
    private final JWKSource<SecurityContext> keys;
    private final Cache<ByteBuffer, Caller> verified;

    /** @param clock the issuer's */
    VerifiedTokens(SecurityProperties properties, JWKSetSource<SecurityContext> published, InstantSource clock) {
        this.issuer = properties.issuer().toString();
        this.audience = properties.audience();
        this.skew = properties.clockSkew();
        this.clock = clock;
        this.keys = JWKSourceBuilder.create(published).cache(KEYS_FOR.toMillis(), KEYS_FETCHED_WITHIN.toMillis())
                .refreshAheadCache(KEYS_AHEAD.toMillis(), false).rateLimited(KEYS_AT_MOST_EVERY.toMillis())
                .outageTolerant(KEYS_DURING_OUTAGE.toMillis()).build();
        this.verified = Caffeine.newBuilder().maximumSize(properties.cachedTokens()).expireAfterWrite(TOKENS_FOR)
                .ticker(() -> TimeUnit.MILLISECONDS.toNanos(clock.millis())).build();
    }

    /**
     * @throws RefusedTokenException      if the token is not valid
     * @throws IssuerUnavailableException if its key is not known, and the issuer cannot be asked now
     */
    Caller verify(String token) {
        ByteBuffer hash = sha256(token);
        Caller known = verified.getIfPresent(hash);
        if (known != null) {
            return current(known);
        }
        Caller caller = callerOf(verifiedClaims(token));
        verified.put(hash, caller);
        return caller;
    }

    /** The caller with a token that is remembered and has not expired; empty for all others, valid or not. */
    Optional<Caller> known(String token) {
        return Optional.ofNullable(verified.getIfPresent(sha256(token))).filter(caller -> !hasExpired(caller));
    }

    /** The number of tokens that are remembered. */
    long remembered() {
        verified.cleanUp();
        return verified.estimatedSize();
    }

    private Caller current(Caller caller) {
        if (hasExpired(caller)) {
            throw new RefusedTokenException("The token expired at " + caller.expiresAt() + ".");
        }
        return caller;
    }

    private boolean hasExpired(Caller caller) {
        return clock.instant().isAfter(caller.expiresAt().plus(skew));
    }

    private JWTClaimsSet verifiedClaims(String token) {
        try {
            JWT parsed = JWTParser.parse(token);
            if (parsed instanceof PlainJWT) {
                throw new RefusedTokenException("The token is not signed.");
            }
            if (!(parsed instanceof SignedJWT signed) || !ALGORITHM.equals(signed.getHeader().getAlgorithm())) {
                throw new RefusedTokenException("The token is not signed with " + ALGORITHM + ".");
            }
            if (signed.getHeader().getCriticalParams() != null && !signed.getHeader().getCriticalParams().isEmpty()) {
                throw new RefusedTokenException("The token has critical header parameters.");
            }
            checkSignature(signed);
            return signed.getJWTClaimsSet();
        } catch (ParseException e) {
            throw new RefusedTokenException("The token is not a JSON Web Token.", e);
        }
    }

    private void checkSignature(SignedJWT token) {
        try {
            List<JWK> candidates = keys.get(new JWKSelector(JWKMatcher.forJWSHeader(token.getHeader())), null);
            if (candidates.isEmpty()) {
                throw new RefusedTokenException("The token is signed with a key that its issuer does not publish.");
            }
            for (JWK candidate : candidates) {
                if (token.verify(new RSASSAVerifier(candidate.toRSAKey()))) {
                    return;
                }
            }
            throw new RefusedTokenException("The signature of the token is wrong.");
        } catch (KeySourceException e) {
            throw new IssuerUnavailableException(e);
        } catch (JOSEException e) {
            throw new RefusedTokenException("The signature of the token cannot be checked.", e);
        }
    }

    private Caller callerOf(JWTClaimsSet claims) {
        if (!issuer.equals(claims.getIssuer())) {
            throw new RefusedTokenException("The token's issuer is not " + issuer + ".");
        }
        if (!claims.getAudience().contains(audience)) {
            throw new RefusedTokenException("The token is not for the audience " + audience + ".");
        }
        if (claims.getExpirationTime() == null || claims.getSubject() == null) {
            throw new RefusedTokenException("The token has no subject, or does not expire.");
        }
        Instant latest = clock.instant().plus(skew);
        if (claims.getNotBeforeTime() != null && claims.getNotBeforeTime().toInstant().isAfter(latest)) {
            throw new RefusedTokenException("The token is not valid before " + claims.getNotBeforeTime().toInstant()
                    + ".");
        }
        return current(new Caller(claims.getSubject(), scopes(claims), claims.getJWTID(), claims.getExpirationTime()
                .toInstant()));
    }

    /** RFC 8693 has one string with spaces; some issuers have an array. */
    private static Set<String> scopes(JWTClaimsSet claims) {
        return switch (claims.getClaim("scope")) {
            case String text -> Set.copyOf(List.of(text.strip().split("\\s+", -1)));
            case List<?> list -> Set.copyOf(list.stream().map(String::valueOf).toList());
            case null, default -> Set.of();
        };
    }

    private static ByteBuffer sha256(String token) {
        try {
            return ByteBuffer.wrap(MessageDigest.getInstance("SHA-256").digest(token.getBytes(
                    StandardCharsets.US_ASCII)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
