package dev.faultline.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;

class RevocationsTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final Instant EXPIRY = NOW.plus(Duration.ofMinutes(5));

    @TempDir Path directory;

    private Revocations at(Instant time) {
        return new Revocations(new PrivateFile(directory.resolve("revoked.json")), Clock.fixed(time, ZoneOffset.UTC));
    }

    @Test
    void aClientThatRevokesTooManyTokensHindersNoOther() {
        Revocations revocations = at(NOW);
        for (int i = 0; i < 1_000; i++) {
            revocations.add("alice", "a" + i, EXPIRY);
        }
        assertThatExceptionOfType(OAuth2AuthenticationException.class).isThrownBy(() -> revocations.add("alice",
                "one-too-many", EXPIRY)).withMessageContaining("too many tokens");
        revocations.add("bob", "b", EXPIRY);
        assertThat(revocations.ids()).hasSize(1_001).contains("b").doesNotContain("one-too-many");
    }

    @Test
    void forgetsATokenAMinuteAfterItHasExpired() {
        at(NOW).add("alice", "a", EXPIRY);
        assertThat(at(EXPIRY.plusSeconds(60)).ids()).containsExactly("a");
        assertThat(at(EXPIRY.plusSeconds(61)).ids()).isEmpty();
    }
}
