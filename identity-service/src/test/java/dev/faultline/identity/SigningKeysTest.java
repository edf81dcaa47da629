package dev.faultline.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;

import com.nimbusds.jose.jwk.JWK;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SigningKeysTest {
    private static final Duration LIFETIME = Duration.ofMinutes(5);

    @TempDir Path directory;
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private final Clock clock = new Clock() {
        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneId.of("UTC");
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    };

    private SigningKeys keys() {
        return new SigningKeys(new PrivateFile(directory.resolve("keys.json")), LIFETIME, Duration.ofDays(30), clock);
    }

    @Test
    void generatesTheFirstKeyBeforeTheFirstRequest() {
        keys();
        assertThat(directory.resolve("keys.json")).isNotEmptyFile();
    }

    @Test
    void signsWithTheSameKeyAfterARestart() {
        String key = keys().signing().getKeyID();
        assertThat(keys().signing().getKeyID()).isEqualTo(key);
    }

    @Test
    void publishesAnOldKeyUntilItsTokensHaveExpired() {
        SigningKeys keys = keys();
        String old = keys.signing().getKeyID();
        String next = keys.rotate().getKeyID();
        now = now.plus(LIFETIME);
        assertThat(keys().published().getKeys()).extracting(JWK::getKeyID).containsExactly(old, next);
        now = now.plus(Duration.ofMinutes(2));
        assertThat(keys().published().getKeys()).extracting(JWK::getKeyID).containsExactly(next);
    }

    @Test
    void rotatesByItselfAfterAMonth() {
        SigningKeys keys = keys();
        String old = keys.signing().getKeyID();
        now = now.plus(Duration.ofDays(31));
        assertThat(keys.signing().getKeyID()).isNotEqualTo(old);
    }
}
