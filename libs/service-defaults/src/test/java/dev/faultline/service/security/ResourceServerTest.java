package dev.faultline.service.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import dev.faultline.testing.Consul;
import dev.faultline.testing.TestIssuer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.http.HttpMethod;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RestController;

@Tag("integration")
@ExtendWith(OutputCaptureExtension.class)
class ResourceServerTest {
    private static final HttpClient http = HttpClient.newHttpClient();
    private static TestIssuer issuer;
    private static ConfigurableApplicationContext service;

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import(Shop.class)
    static class Service {
        @Bean
        AccessRules accessRules() {
            return AccessRules.of(AccessRule.open(HttpMethod.GET, "/open"),
                    AccessRule.needs(HttpMethod.GET, "/orders/{customer}", "orders"),
                    AccessRule.needs(HttpMethod.PUT, "/orders/{customer}", "catalogue.write"));
        }
    }

    @RestController
    static class Shop {
        @GetMapping("/open")
        String open() {
            return "open";
        }

        @GetMapping("/orders/{customer}")
        boolean orders(@PathVariable String customer, Caller caller) {
            return caller.actsFor(customer);
        }

        @PutMapping("/orders/{customer}")
        String put(@PathVariable String customer) {
            return customer;
        }

        @GetMapping("/forgotten")
        String forgotten() {
            return "an operation without a rule";
        }
    }

    @BeforeAll
    static void start() {
        issuer = new TestIssuer();
        service = start(issuer.uri());
    }

    private static ConfigurableApplicationContext start(String issuer) {
        return SpringApplication.run(Service.class, "--spring.application.name=test-service",
                "--spring.cloud.consul.host=" + Consul.shared().host(),
                "--spring.cloud.consul.port=" + Consul.shared().port(),
                "--spring.cloud.service-registry.auto-registration.enabled=false", "--server.port=0",
                "--management.server.port=0",
                "--faultline.security.issuer=" + issuer, "--faultline.security.refresh=1s");
    }

    @AfterAll
    static void stop() {
        service.close();
        issuer.close();
    }

    private static HttpResponse<String> send(ConfigurableApplicationContext service, String method, String port,
            String path, String... headers) {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + service.getEnvironment().getProperty(
                port) + path)).method(method, HttpRequest.BodyPublishers.noBody());
        if (headers.length > 0) {
            request.headers(headers);
        }
        try {
            return http.send(request.build(), BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static HttpResponse<String> get(String path, String... headers) {
        return send(service, "GET", "local.server.port", path, headers);
    }

    private static HttpResponse<String> with(String token) {
        return get("/orders/alice", "Authorization", "Bearer " + token);
    }

    private static void assertRefused(HttpResponse<String> response, String reason) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(401);
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        assertThat(response.body()).contains("problems/invalid-token").contains(reason);
        assertThat(response.headers().firstValue("WWW-Authenticate")).hasValueSatisfying(value -> assertThat(value)
                .startsWith("Bearer ").contains("error=\"invalid_token\"").contains(reason));
    }

    @Test
    void acceptsATokenOfTheIssuer() {
        assertThat(with(issuer.token("alice", "orders")).body()).isEqualTo("true");
        assertThat(get("/orders/bob", "Authorization", issuer.bearer("alice", "orders")).body()).isEqualTo("false");
    }

    @Test
    void anOpenOperationNeedsNoToken() {
        assertThat(get("/open").body()).isEqualTo("open");
    }

    @Test
    void asksForATokenWhereOneIsNeeded() {
        var response = get("/orders/alice");
        assertThat(response.statusCode()).isEqualTo(401);
        assertThat(response.body()).contains("missing-token").contains("\"instance\":\"/orders/alice\"");
        assertThat(response.headers().firstValue("WWW-Authenticate")).hasValue("Bearer realm=\"faultline\"");
    }

    @Test
    void refusesATokenWithoutTheScope() {
        var response = send(service, "PUT", "local.server.port", "/orders/alice", "Authorization", issuer.bearer(
                "alice", "orders"));
        assertThat(response.statusCode()).isEqualTo(403);
        assertThat(response.body()).contains("insufficient-scope").contains("catalogue.write");
        assertThat(response.headers().firstValue("WWW-Authenticate")).hasValue(
                "Bearer realm=\"faultline\", error=\"insufficient_scope\", scope=\"catalogue.write\"");
    }

    @Test
    void refusesAnOperationWithoutARule() {
        assertThat(get("/forgotten", "Authorization", issuer.bearer("alice", "orders", "operations")).statusCode())
                .isEqualTo(404);
        assertThat(get("/forgotten").statusCode()).isEqualTo(404);
        var wrongMethod = send(service, "DELETE", "local.server.port", "/orders/alice");
        assertThat(wrongMethod.statusCode()).isEqualTo(405);
        assertThat(wrongMethod.headers().firstValue("Allow")).hasValue("GET, PUT");
    }

    @Test
    void refusesAnotherIssuer() {
        assertRefused(with(issuer.sign(issuer.claims("alice", "orders").issuer("https://elsewhere.example").build())),
                "issuer is not " + issuer.uri());
    }

    @Test
    void refusesAnotherAudience() {
        assertRefused(with(issuer.sign(issuer.claims("alice", "orders").audience("another").build())),
                "not for the audience faultline");
    }

    @Test
    void refusesAnExpiredTokenAndOneWithoutAnEnd() {
        assertRefused(with(issuer.sign(issuer.claims("alice", "orders").expirationTime(ago(6)).build())), "expired");
        assertThat(with(issuer.sign(issuer.claims("alice", "orders").expirationTime(ago(2)).build())).statusCode()).as(
                "within the allowed clock skew of 5 s").isEqualTo(200);
        assertRefused(with(issuer.sign(issuer.claims("alice", "orders").expirationTime(null).build())),
                "does not expire");
    }

    @Test
    void refusesATokenThatExpiresWhileItIsRemembered() {
        String token = issuer.sign(issuer.claims("alice", "orders").expirationTime(ago(3)).build());
        assertThat(with(token).statusCode()).isEqualTo(200);
        await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> assertRefused(with(token), "expired"));
    }

    @Test
    void refusesATokenThatIsNotYetValid() {
        assertRefused(with(issuer.sign(issuer.claims("alice", "orders").notBeforeTime(ago(-8)).build())),
                "not valid before");
    }

    private static Date ago(int seconds) {
        return Date.from(Instant.now().minusSeconds(seconds));
    }

    @Test
    void refusesATokenThatIsNotSigned() {
        assertRefused(with(new PlainJWT(issuer.claims("alice", "orders").build()).serialize()), "not signed");
    }

    @Test
    void refusesTheSymmetricAlgorithmWithThePublicKeyAsSecret() throws JOSEException {
        var forged = new SignedJWT(new JWSHeader.Builder(JWSAlgorithm.HS256).keyID(issuer.key().getKeyID()).build(),
                issuer.claims("alice", "orders").build());
        forged.sign(new MACSigner(issuer.key().toRSAPublicKey().getEncoded()));
        assertRefused(with(forged.serialize()), "not signed with RS256");
    }

    /** Signed by the issuer itself: a key is for one algorithm only (RFC 8725, section 3.1). */
    @ParameterizedTest
    @ValueSource(strings = {"RS384", "RS512", "PS256"})
    void refusesOtherAlgorithmsOfTheSameKey(String algorithm) throws JOSEException {
        var token = new SignedJWT(new JWSHeader.Builder(JWSAlgorithm.parse(algorithm)).keyID(issuer.key().getKeyID())
                .build(), issuer.claims("alice", "orders").build());
        token.sign(new RSASSASigner(issuer.key()));
        assertRefused(with(token.serialize()), "not signed with RS256");
    }

    @Test
    void refusesAKeyThatTheIssuerDoesNotPublish() throws JOSEException {
        RSAKey other = new RSAKeyGenerator(2048).keyID("other").generate();
        await().untilAsserted(() -> assertRefused(with(TestIssuer.sign(issuer.claims("alice", "orders").build(),
                other)), "does not publish"));
        RSAKey sameName = new RSAKeyGenerator(2048).keyID(issuer.key().getKeyID()).generate();
        assertRefused(with(TestIssuer.sign(issuer.claims("alice", "orders").build(), sameName)), "signature");
    }

    @Test
    void refusesAChangedToken() {
        String[] parts = issuer.token("bob", "orders").split("\\.", -1);
        String[] other = issuer.token("alice", "orders").split("\\.", -1);
        assertRefused(with(parts[0] + "." + other[1] + "." + parts[2]), "signature");
    }

    @ParameterizedTest
    @ValueSource(strings = {"abc", "a.b.c", "e30.e30.e30"})
    void refusesWhatIsNoToken(String garbage) {
        assertRefused(with(garbage), "not a JSON Web Token");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Bearer", "Bearer ", "Bearer a b", "Bearer  a", "Bearer =", "Bearer a=b", "Bearera",
        "Bearer a!"})
    void refusesAMalformedHeader(String header) {
        assertRefused(get("/orders/alice", "Authorization", header), "no well-formed bearer token");
    }

    @Test
    void theSchemeIsCaseInsensitiveAndAnotherOneIsNoToken() {
        String bearer = issuer.bearer("alice", "orders");
        assertThat(get("/orders/alice", "Authorization", bearer.replace("Bearer", "bEARER")).statusCode()).isEqualTo(
                200);
        assertThat(get("/orders/alice", "Authorization", "Basic YTpi").headers().firstValue("WWW-Authenticate"))
                .hasValue("Bearer realm=\"faultline\"");
    }

    @Test
    void refusesARevokedTokenWithinSeconds() {
        var claims = issuer.claims("alice", "orders").build();
        String token = issuer.sign(claims);
        assertThat(with(token).statusCode()).isEqualTo(200);
        issuer.revoke(claims.getJWTID());
        await().atMost(Duration.ofSeconds(3)).untilAsserted(() -> assertRefused(with(token), "revoked"));
        assertThat(with(issuer.token("alice", "orders")).statusCode()).isEqualTo(200);
    }

    @Test
    void acceptsANewKeyWithoutARestart() {
        String before = issuer.token("alice", "orders");
        assertThat(with(before).statusCode()).isEqualTo(200);
        issuer.rotate();
        String after = issuer.token("alice", "orders");
        await().atMost(Duration.ofSeconds(3)).untilAsserted(() -> assertThat(with(after).statusCode()).isEqualTo(200));
        assertThat(with(before).statusCode()).isEqualTo(200);
    }

    /** The issuer's address is the only property that changes. */
    @Test
    void anyOtherIssuerCanTakeItsPlace() {
        try (var second = new TestIssuer(); var other = start(second.uri())) {
            assertThat(send(other, "GET", "local.server.port", "/orders/alice", "Authorization", second.bearer("alice",
                    "orders")).body()).isEqualTo("true");
            assertThat(send(other, "GET", "local.server.port", "/orders/alice", "Authorization", issuer.bearer("alice",
                    "orders")).statusCode()).isEqualTo(401);
        }
    }

    @Test
    void startsWithoutItsIssuerAndSaysSoUntilItAnswers() {
        var gone = new TestIssuer();
        gone.close();
        try (var other = start(gone.uri())) {
            assertThat(send(other, "GET", "local.server.port", "/open").statusCode()).isEqualTo(200);
            var response = send(other, "GET", "local.server.port", "/orders/alice", "Authorization", gone.bearer(
                    "alice", "orders"));
            assertThat(response.statusCode()).isEqualTo(503);
            assertThat(response.body()).contains("issuer-unavailable");
            assertThat(response.headers().firstValue("Retry-After")).hasValue("1");
        }
    }

    @ParameterizedTest
    @CsvSource({"/actuator/health, 200", "/actuator/health/readiness, 200", "/actuator/prometheus, 200",
        "/actuator, 401", "/actuator/shards, 401"})
    void probesAndMetricsAreOpenOnTheManagementPortAndNothingElse(String path, int status) {
        assertThat(send(service, "GET", "local.management.port", path).statusCode()).isEqualTo(status);
    }

    @Test
    void theOperatorManages() {
        assertThat(send(service, "GET", "local.management.port", "/actuator", "Authorization", issuer.bearer("ops",
                "operations")).statusCode()).isEqualTo(200);
        assertThat(send(service, "GET", "local.management.port", "/actuator", "Authorization", issuer.bearer("alice",
                "orders")).statusCode()).isEqualTo(403);
    }

    @Test
    void logsNothingOfATokenAndRepeatsNothingOfIt(CapturedOutput output) {
        String token = issuer.sign(issuer.claims("someone-secret", "orders").audience("another").build());
        var response = with(token);
        assertRefused(response, "audience");
        for (String part : List.of(token.split("\\.", -1)[1], token.split("\\.", -1)[2], "someone-secret")) {
            assertThat(output.getAll()).doesNotContain(part);
            assertThat(response.body() + response.headers().map()).doesNotContain(part);
        }
    }

    @ParameterizedTest
    @CsvSource({"issuer, nonsense", "clock-skew, 5m", "refresh, 1ms", "cached-tokens, 0", "audience, ''"})
    void aWrongPropertyStopsTheStartAndIsNamed(String property, String value) {
        var properties = new HashMap<String, Object>(Map.of("faultline.security.issuer", issuer.uri()));
        properties.put("faultline.security." + property, value);
        assertThat(problemOf(properties)).contains("faultline.security." + property);
    }

    private static String problemOf(Map<String, Object> properties) {
        var binder = new Binder(new MapConfigurationPropertySource(properties));
        try {
            binder.bind("faultline.security", SecurityProperties.class);
            return "none";
        } catch (RuntimeException e) {
            Throwable cause = e;
            while (cause.getCause() != null) {
                cause = cause.getCause();
            }
            return String.valueOf(cause.getMessage());
        }
    }
}
