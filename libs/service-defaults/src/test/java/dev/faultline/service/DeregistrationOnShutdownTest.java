package dev.faultline.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

import dev.faultline.service.security.AccessRule;
import dev.faultline.service.security.AccessRules;
import dev.faultline.testing.Consul;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpMethod;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.servlet.function.ServerResponse;

/** Tests a service that is stopped while it serves requests. */
@Tag("integration")
class DeregistrationOnShutdownTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final String instance = "draining-" + UUID.randomUUID();
    private final HttpClient http = HttpClient.newHttpClient();

    @AfterEach
    void close() {
        http.close();
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Service {
        final CountDownLatch asked = new CountDownLatch(1);
        final CountDownLatch answer = new CountDownLatch(1);

        @Bean
        AccessRules accessRules() {
            return AccessRules.of(AccessRule.open(HttpMethod.GET, "/quick"), AccessRule.open(HttpMethod.GET, "/slow"));
        }

        @Bean
        RouterFunction<ServerResponse> routes() {
            return RouterFunctions.route().GET("/quick", _ -> ServerResponse.ok().body("served"))
                    .GET("/slow", _ -> {
                        asked.countDown();
                        answer.await();
                        return ServerResponse.ok().body("completed");
                    }).build();
        }
    }

    @Test
    void servesRequestsDuringTheDrainPeriodAfterDeregistration() throws Exception {
        ConfigurableApplicationContext service = start("3s");
        await().atMost(TIMEOUT).until(this::isRegistered);
        CompletableFuture<Void> stopped = CompletableFuture.runAsync(service::close);
        await().atMost(TIMEOUT).until(() -> !isRegistered());

        assertThat(ask(service, "/quick").body()).isEqualTo("served");
        assertThat(stopped).succeedsWithin(TIMEOUT);
        assertThatThrownBy(() -> ask(service, "/quick")).isInstanceOf(ConnectException.class);
    }

    @Test
    void completesInFlightRequestsAndRejectsNewOnes() throws Exception {
        ConfigurableApplicationContext service = start("0s");
        var state = service.getBean(Service.class);
        CompletableFuture<HttpResponse<String>> slow = http.sendAsync(request(service, "/slow"),
                HttpResponse.BodyHandlers
                        .ofString());
        state.asked.await();
        CompletableFuture<Void> stopped = CompletableFuture.runAsync(service::close);
        await().atMost(TIMEOUT).untilAsserted(() -> assertThatThrownBy(() -> {
            try (var another = HttpClient.newHttpClient()) {
                another.send(request(service, "/quick"), HttpResponse.BodyHandlers.ofString());
            }
        }).isInstanceOf(ConnectException.class));

        state.answer.countDown();
        assertThat(slow).succeedsWithin(TIMEOUT).satisfies(answer -> assertThat(answer.body()).isEqualTo("completed"));
        assertThat(stopped).succeedsWithin(TIMEOUT);
    }

    @Test
    void doesNotStartWithADrainPeriodThatExceedsTheShutdownTimeout() {
        assertThatThrownBy(() -> start("11s")).rootCause()
                .hasMessage("faultline.shutdown.drain-period must be from 0s to 10s");
    }

    private ConfigurableApplicationContext start(String drainPeriod) {
        return new SpringApplicationBuilder(Service.class).run("--server.port=0", "--management.server.port=0",
                "--spring.application.name=draining", "--faultline.instance=" + instance,
                "--faultline.shutdown.drain-period=" + drainPeriod, "--faultline.security.issuer=http://127.0.0.1:9",
                "--spring.cloud.consul.host=" + Consul.shared()
                        .host(),
                "--spring.cloud.consul.port=" + Consul.shared().port());
    }

    private boolean isRegistered() throws IOException, InterruptedException {
        return http.send(HttpRequest.newBuilder(Consul.shared().uri().resolve("/v1/agent/services")).build(),
                HttpResponse.BodyHandlers.ofString()).body().contains(instance);
    }

    private HttpResponse<String> ask(ConfigurableApplicationContext service, String path)
            throws IOException, InterruptedException {
        return http.send(request(service, path), HttpResponse.BodyHandlers.ofString());
    }

    private static HttpRequest request(ConfigurableApplicationContext service, String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + service.getEnvironment().getProperty(
                "local.server.port") + path)).timeout(TIMEOUT).build();
    }
}
