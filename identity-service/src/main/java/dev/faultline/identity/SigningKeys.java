package dev.faultline.identity;

import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.UUID;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys that sign tokens, in a file that only this process uses. The newest one signs; older ones are published until the
 * tokens that they signed have expired. Thread-safe.
 */
final class SigningKeys {
    private static final Logger log = LoggerFactory.getLogger(SigningKeys.class);
    private static final int BITS = 2048;
    /** For clocks that differ. */
    private static final Duration MARGIN = Duration.ofMinutes(1);

    private final PrivateFile file;
    private final Duration tokenLifetime;
    private final Duration age;
    private final Clock clock;
    /** The oldest first. */
    private List<RSAKey> keys;

    /** Generates the first key, if there is none: it takes a second, for which no request should have to wait. */
    SigningKeys(PrivateFile file, Duration tokenLifetime, Duration age, Clock clock) {
        this.file = file;
        this.tokenLifetime = tokenLifetime;
        this.age = age;
        this.clock = clock;
        this.keys = file.read().map(SigningKeys::parsed).orElse(List.of());
        signing();
    }

    private static List<RSAKey> parsed(String content) {
        try {
            return JWKSet.parse(content).getKeys().stream().map(JWK::toRSAKey).toList();
        } catch (ParseException e) {
            throw new IllegalStateException("the file of signing keys cannot be read", e);
        }
    }

    /** The key that signs now. */
    synchronized RSAKey signing() {
        if (keys.isEmpty() || keys.getLast().getIssueTime().toInstant().plus(age).isBefore(clock.instant())) {
            rotate();
        }
        return keys.getLast();
    }

    /** Every key whose tokens may still be valid, with its private half. */
    synchronized JWKSet published() {
        RSAKey signing = signing();
        Instant now = clock.instant();
        return new JWKSet(keys.stream().filter(key -> key.equals(signing) || now.isBefore(key.getExpirationTime()
                .toInstant()))
                .<JWK>map(key -> key).toList());
    }

    /** Signs with a new key from now on. */
    synchronized RSAKey rotate() {
        Instant now = clock.instant();
        var changed = new ArrayList<RSAKey>();
        for (RSAKey key : keys) {
            Date end = key.getExpirationTime();
            if (end == null) {
                changed.add(new RSAKey.Builder(key).expirationTime(Date.from(now.plus(tokenLifetime).plus(MARGIN)))
                        .build());
            } else if (end.toInstant().isAfter(now)) {
                changed.add(key);
            }
        }
        changed.add(generated(now));
        file.write(new JWKSet(new ArrayList<JWK>(changed)).toString(false));
        keys = List.copyOf(changed);
        log.info("A new key signs tokens: {}", keys.getLast().getKeyID());
        return keys.getLast();
    }

    private static RSAKey generated(Instant now) {
        try {
            return new RSAKeyGenerator(BITS).keyID(UUID.randomUUID().toString()).keyUse(KeyUse.SIGNATURE)
                    .algorithm(JWSAlgorithm.RS256).issueTime(Date.from(now)).generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }
}
