package dev.faultline.verification.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

import com.sun.net.httpserver.HttpServer;
import dev.faultline.backing.FaultlineException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CredentialsTest {
    private final AtomicInteger requests = new AtomicInteger();
    private final CountDownLatch end = new CountDownLatch(1);
    private HttpServer platform;
    private Credentials credentials;
    /** How many requests are not answered at first. */
    private volatile int silent;
    private volatile int status = 200;

    @BeforeEach
    void start() throws IOException {
        platform = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        platform.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        platform.createContext("/oauth2/token", exchange -> {
            try (exchange) {
                if (requests.incrementAndGet() <= silent) {
                    end.await();
                }
                byte[] answer = "{\"access_token\": \"it\", \"expires_in\": 300}".getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(status, answer.length);
                exchange.getResponseBody().write(answer);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        platform.start();
        credentials = new Credentials(URI.create("http://127.0.0.1:" + platform.getAddress().getPort()),
                client -> client,
                null);
    }

    @AfterEach
    void stop() {
        end.countDown();
        platform.stop(0);
    }

    @Test
    void asksAgainWhenThePlatformDoesNotAnswerAtFirst() {
        silent = 1;
        assertThat(credentials.token("shop")).isEqualTo("it");
        assertThat(requests).hasValue(2);
    }

    @Test
    void doesNotAskAgainWhenThePlatformRefusesOrIsNotThere() {
        status = 401;
        assertThatExceptionOfType(FaultlineException.class).isThrownBy(() -> credentials.token("shop"))
                .withMessageContaining("its secret is not known");
        assertThat(requests).hasValue(1);
        platform.stop(0);
        assertThatExceptionOfType(FaultlineException.class).isThrownBy(() -> credentials.token("clerk"))
                .withMessageContaining("Connection refused");
    }
}
