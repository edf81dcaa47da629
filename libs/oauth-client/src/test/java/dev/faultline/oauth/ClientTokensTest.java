package dev.faultline.oauth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

import com.sun.net.httpserver.HttpServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ClientTokensTest {
    private static final Duration LIFETIME = Duration.ofMinutes(5);

    private final AtomicLong clock = new AtomicLong();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private volatile int status = 200;
    private HttpServer issuer;
    private ClientTokens tokens;

    /** The tokens are numbered. */
    @BeforeEach
    void start() throws IOException {
        issuer = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        issuer.createContext("/token", exchange -> {
            try (exchange) {
                requests.add(exchange.getRequestHeaders().getFirst("Authorization") + " " + new String(exchange
                        .getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
                byte[] answer = "{\"access_token\": \"%d\", \"expires_in\": %d}".formatted(requests.size(), LIFETIME
                        .toSeconds()).getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(status, answer.length);
                exchange.getResponseBody().write(answer);
            }
        });
        issuer.start();
        tokens = new ClientTokens(() -> URI.create("http://127.0.0.1:" + issuer.getAddress().getPort() + "/token"),
                "alice", () -> "secret", clock::get);
    }

    @AfterEach
    void stop() {
        issuer.stop(0);
    }

    private void after(Duration time) {
        clock.addAndGet(time.toNanos());
    }

    @Test
    void oneTokenServesManyRequestsUntilAFifthOfItsLifetimeIsLeft() {
        assertThat(tokens.bearer()).isEqualTo("Bearer 1");
        after(LIFETIME.dividedBy(5).multipliedBy(4).minusNanos(1));
        for (int i = 0; i < 100; i++) {
            assertThat(tokens.token()).isEqualTo("1");
        }
        assertThat(requests).containsExactly("Basic YWxpY2U6c2VjcmV0 grant_type=client_credentials");
        after(Duration.ofNanos(1));
        assertThat(tokens.token()).isEqualTo("2");
    }

    @Test
    void threadsThatNeedTheFirstTokenShareIt() throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Callable<String> token = tokens::token;
            for (Future<String> seen : threads.invokeAll(Stream.generate(() -> token).limit(50).toList())) {
                assertThat(seen.get()).isEqualTo("1");
            }
        }
        assertThat(requests).hasSize(1);
    }

    @Test
    void whileTheIssuerFailsTheTokenIsUsedUntilItExpiresAndTheIssuerAskedOnceASecond() {
        assertThat(tokens.token()).isEqualTo("1");
        status = 503;
        after(LIFETIME.dividedBy(5).multipliedBy(4));
        for (int i = 0; i < 10; i++) {
            assertThat(tokens.token()).isEqualTo("1");
        }
        assertThat(requests).hasSize(2);
        after(Duration.ofSeconds(1));
        assertThat(tokens.token()).isEqualTo("1");
        assertThat(requests).hasSize(3);
        after(LIFETIME.dividedBy(5));
        assertThatExceptionOfType(TokenUnavailableException.class).isThrownBy(tokens::token).withMessageContaining(
                "responded 503");
        status = 200;
        after(Duration.ofSeconds(1));
        assertThat(tokens.token()).isEqualTo("5");
    }

    /** Whoever else's they are could name a token endpoint of their own, to which the secret would go. */
    @Test
    void sendsTheSecretToNoEndpointOfAnotherIssuersMetadata() {
        String root = "http://127.0.0.1:" + issuer.getAddress().getPort();
        issuer.createContext("/.well-known/openid-configuration", exchange -> {
            try (exchange) {
                byte[] metadata = "{\"issuer\": \"http://another\", \"token_endpoint\": \"%s/token\"}".formatted(root)
                        .getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(200, metadata.length);
                exchange.getResponseBody().write(metadata);
            }
        });
        assertThatExceptionOfType(TokenUnavailableException.class).isThrownBy(() -> ClientTokens.discovered(URI.create(
                root), "alice", () -> "secret").token()).withMessageContaining("is not the metadata of the issuer");
        assertThat(requests).isEmpty();
    }

    @Test
    void callsWithoutATokenShareAFailureForASecond() throws Exception {
        status = 503;
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Callable<String> token = tokens::token;
            for (Future<String> seen : threads.invokeAll(Stream.generate(() -> token).limit(50).toList())) {
                assertThatExceptionOfType(ExecutionException.class).isThrownBy(seen::get).withMessageContaining(
                        "responded 503");
            }
        }
        assertThat(requests).hasSize(1);
        after(Duration.ofSeconds(1));
        assertThatExceptionOfType(TokenUnavailableException.class).isThrownBy(tokens::token);
        assertThat(requests).hasSize(2);
    }
}
