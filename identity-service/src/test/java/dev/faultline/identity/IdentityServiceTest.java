package dev.faultline.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Map;

import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.faultline.backing.FreePorts;
import dev.faultline.oauth.ClientTokens;
import dev.faultline.oauth.TokenUnavailableException;
import dev.faultline.testing.AuthorizationTable;
import dev.faultline.testing.Consul;
import dev.faultline.testing.TestIssuer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The issuer on its port, with a resource server in itself. */
@Tag("integration")
class IdentityServiceTest {
    private static final HttpClient http = HttpClient.newHttpClient();
    private static final int PORT = FreePorts.take(1).getFirst();
    private static final String ISSUER = "http://127.0.0.1:" + PORT;

    @TempDir static Path directory;
    private static ConfigurableApplicationContext service;

    @BeforeAll
    static void start() throws IOException {
        Path secrets = Files.createDirectories(directory.resolve("secrets"));
        for (String client : List.of("alice", "operator", "clerk")) {
            Files.writeString(secrets.resolve(client), "secret-of-" + client + "\n");
        }
        service = run();
    }

    private static ConfigurableApplicationContext run() {
        return SpringApplication.run(IdentityServiceApplication.class, "--server.port=" + PORT,
                "--management.server.port=0", "--faultline.security.issuer=" + ISSUER,
                "--faultline.security.refresh=1s", "--faultline.identity.data=" + directory.resolve("data"),
                "--faultline.identity.client-files=" + directory.resolve("secrets"), "--spring.cloud.consul.host="
                        + Consul
                                .shared().host(),
                "--spring.cloud.consul.port=" + Consul.shared().port());
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    private static HttpResponse<String> post(String path, String client, String secret, String form)
            throws IOException, InterruptedException {
        return http.send(HttpRequest.newBuilder(URI.create(ISSUER + path)).header("Content-Type",
                "application/x-www-form-urlencoded").header("Authorization", "Basic " + Base64.getEncoder()
                        .encodeToString((client + ":" + secret).getBytes(StandardCharsets.UTF_8)))
                .POST(BodyPublishers.ofString(form)).build(), BodyHandlers.ofString());
    }

    private static HttpResponse<String> management(String method, String token)
            throws IOException, InterruptedException {
        return http.send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + service.getEnvironment().getProperty(
                "local.management.port") + "/actuator/signingkeys")).header("Authorization", "Bearer " + token)
                .method(method, BodyPublishers.noBody()).build(), BodyHandlers.ofString());
    }

    private static String token(String client) {
        return ClientTokens.discovered(URI.create(ISSUER), client, () -> "secret-of-" + client).token();
    }

    private static JWTClaimsSet claims(String token) throws ParseException {
        return SignedJWT.parse(token).getJWTClaimsSet();
    }

    @Test
    void issuesTokensWithTheClientsScopesForFiveMinutes() throws Exception {
        HttpResponse<String> response = post("/oauth2/token", "clerk", "secret-of-clerk",
                "grant_type=client_credentials");
        JsonNode answer = JsonMapper.shared().readTree(response.body());
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        assertThat(answer.path("scope").asString().split(" ", -1)).containsExactlyInAnyOrder("catalogue.write",
                "stock.write");
        assertThat(answer.path("expires_in").asInt()).isBetween(298, 300);
        assertThat(response.headers().firstValue("Cache-Control")).hasValueSatisfying(value -> assertThat(value)
                .contains("no-store"));
        JWTClaimsSet claims = claims(answer.path("access_token").asString());
        assertThat(claims.getIssuer()).isEqualTo(ISSUER);
        assertThat(claims.getAudience()).containsExactly("faultline");
        assertThat(claims.getSubject()).isEqualTo("clerk");
        assertThat(claims.getStringClaim("scope").split(" ", -1)).hasSize(2);
        assertThat(claims.getJWTID()).isNotEmpty();
    }

    @Test
    void givesFewerScopesWhenAskedAndNeverMore() throws Exception {
        assertThat(post("/oauth2/token", "clerk", "secret-of-clerk",
                "grant_type=client_credentials&scope=stock.write").body()).contains("\"scope\":\"stock.write\"");
        HttpResponse<String> more = post("/oauth2/token", "alice", "secret-of-alice",
                "grant_type=client_credentials&scope=operations");
        assertThat(more.statusCode()).isEqualTo(400);
        assertThat(more.body()).contains("invalid_scope");
    }

    @Test
    void refusesWrongSecretsUnknownClientsAndClientsWithoutASecret() throws Exception {
        for (String client : List.of("alice", "nobody", "bob")) {
            HttpResponse<String> response = post("/oauth2/token", client, "wrong", "grant_type=client_credentials");
            assertThat(response.statusCode()).isEqualTo(401);
            assertThat(response.body()).contains("invalid_client").doesNotContain("secret-of");
        }
        assertThatThrownBy(() -> ClientTokens.discovered(URI.create(ISSUER), "alice", () -> "wrong").token())
                .isInstanceOf(TokenUnavailableException.class).hasMessageContaining("401");
    }

    @Test
    void publishesPublicHalvesOnly() throws Exception {
        String keys = http.send(HttpRequest.newBuilder(URI.create(ISSUER + "/oauth2/jwks")).build(), BodyHandlers
                .ofString()).body();
        assertThat(keys).contains("\"n\"").doesNotContain("\"d\"").doesNotContain("\"p\"");
    }

    @Test
    void onlyItsOwnerCanReadTheSigningKeys() throws Exception {
        token("alice");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve(
                "data/signing-keys.json")))).isEqualTo("rw-------");
    }

    @Test
    void theOperatorRotatesTheSigningKeyWithoutARestart() throws Exception {
        String operator = token("operator");
        String before = SignedJWT.parse(operator).getHeader().getKeyID();
        assertThat(management("POST", token("alice")).statusCode()).isEqualTo(403);
        assertThat(management("POST", operator).statusCode()).isEqualTo(200);
        String after = token("operator");
        assertThat(SignedJWT.parse(after).getHeader().getKeyID()).isNotEqualTo(before);
        await().atMost(Duration.ofSeconds(5)).untilAsserted(() -> assertThat(management("GET", after).body()).contains(
                before));
        assertThat(management("GET", operator).statusCode()).as("an old token is valid until it expires").isEqualTo(
                200);
    }

    @Test
    void aClientRevokesItsTokenAndNobodyElseDoes() throws Exception {
        String operator = token("operator");
        String form = "token=" + URLEncoder.encode(operator, StandardCharsets.UTF_8);
        assertThat(post("/oauth2/revoke", "alice", "secret-of-alice", form).statusCode()).isEqualTo(400);
        assertThat(management("GET", operator).statusCode()).isEqualTo(200);
        assertThat(post("/oauth2/revoke", "operator", "secret-of-operator", form).statusCode()).isEqualTo(200);
        await().atMost(Duration.ofSeconds(4)).untilAsserted(() -> assertThat(management("GET", operator).body())
                .contains("The token was revoked"));
        String list = http.send(HttpRequest.newBuilder(URI.create(ISSUER + "/oauth2/revoked-tokens")).build(),
                BodyHandlers.ofString()).body();
        assertThat(list).contains(claims(operator).getJWTID());
        assertThat(new Revocations(new PrivateFile(directory.resolve("data/revoked-tokens.json")), Clock
                .systemUTC()).ids()).as("after a restart").contains(claims(operator).getJWTID());
    }

    /** docs/security.md, by callers of this issuer and none of their clients. */
    @Test
    void theAuthorizationTableHasEveryOperationAndHolds() {
        var table = AuthorizationTable.of("identity-service");
        assertThat(table.differencesFrom(service)).isEmpty();
        assertThat(table.violations((subject, scopes) -> "Bearer " + signed(subject, scopes), PORT, Integer.parseInt(
                service.getEnvironment().getProperty("local.management.port", "0")), Map.of())).isEmpty();
    }

    private static String signed(String subject, String... scopes) {
        Instant now = Instant.now();
        return TestIssuer.sign(new JWTClaimsSet.Builder().issuer(ISSUER).subject(subject).audience("faultline")
                .expirationTime(Date.from(now.plusSeconds(60))).claim("scope", String.join(" ", scopes)).build(),
                service
                        .getBean(SigningKeys.class).signing());
    }
}
