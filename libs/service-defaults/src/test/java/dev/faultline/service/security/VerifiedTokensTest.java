package dev.faultline.service.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;

import dev.faultline.testing.TestIssuer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VerifiedTokensTest {
    private final TestIssuer issuer = new TestIssuer();
    private Instant now = Instant.now();

    @AfterEach
    void close() {
        issuer.close();
    }

    private VerifiedTokens remembering(int atMost) {
        var properties = new SecurityProperties(URI.create(issuer.uri()), "faultline", Duration.ofSeconds(5), Duration
                .ofSeconds(3), atMost);
        return new VerifiedTokens(properties, new Issuer(properties.issuer(), () -> now), () -> now);
    }

    /** Valid from any time on: this test's clock stands still, and the issuer's does not. */
    private String token(String subject) {
        return issuer.sign(issuer.claims(subject, "orders").notBeforeTime(null).build());
    }

    /** That no signature is checked shows in that the token's key is not known any more. */
    @Test
    void aTokenIsRememberedForFiveMinutesAndThenNeedsAPublishedKeyAgain() {
        VerifiedTokens tokens = remembering(10);
        String token = token("alice");
        assertThat(tokens.verify(token).subject()).isEqualTo("alice");
        issuer.withdraw();
        String newKeys = token("bob");
        await().ignoreException(IssuerUnavailableException.class).until(() -> tokens.verify(newKeys).subject().equals(
                "bob"));

        now = now.plus(Duration.ofMinutes(5).minusSeconds(1));
        assertThat(tokens.verify(token).subject()).isEqualTo("alice");

        now = now.plusSeconds(2);
        await().ignoreException(IssuerUnavailableException.class).untilAsserted(
                () -> assertThatExceptionOfType(RefusedTokenException.class).isThrownBy(() -> tokens.verify(token))
                        .withMessageContaining("does not publish"));
    }

    @Test
    void aTokenIsKnownFromItsVerificationToItsEnd() {
        VerifiedTokens tokens = remembering(10);
        String token = issuer.sign(issuer.claims("alice", "orders").notBeforeTime(null).expirationTime(Date.from(now
                .plusSeconds(60)))
                .build());
        assertThat(tokens.known(token)).isEmpty();
        tokens.verify(token);
        assertThat(tokens.known(token)).hasValueSatisfying(caller -> assertThat(caller.subject()).isEqualTo("alice"));

        now = now.plusSeconds(67);
        assertThat(tokens.known(token)).isEmpty();
    }

    /** In either direction: too early an end, and too late a one. */
    @ParameterizedTest
    @ValueSource(longs = {-3_600, 3_600})
    void aClockThatIsAnHourWrongChangesNoTokensLifetime(long ahead) {
        InstantSource wrong = () -> Instant.now().plusSeconds(ahead);
        var properties = new SecurityProperties(URI.create(issuer.uri()), "faultline", Duration.ofSeconds(5), Duration
                .ofSeconds(3), 10);
        var published = new Issuer(properties.issuer(), wrong);
        var tokens = new VerifiedTokens(properties, published, published.clock());

        assertThat(tokens.verify(issuer.token("alice", "orders")).subject()).isEqualTo("alice");
        String expired = issuer.sign(issuer.claims("bob", "orders").expirationTime(Date.from(Instant.now().minusSeconds(
                60))).build());
        assertThatExceptionOfType(RefusedTokenException.class).isThrownBy(() -> tokens.verify(expired))
                .withMessageContaining("expired");
    }

    @Test
    void noMoreTokensAreRememberedThanConfigured() {
        VerifiedTokens tokens = remembering(10);
        for (int i = 0; i < 100; i++) {
            tokens.verify(token("alice"));
        }
        assertThat(tokens.remembered()).isLessThanOrEqualTo(10);
    }
}
