package dev.faultline.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;

/** An OpenID Connect issuer in this JVM: metadata, keys, revoked tokens, and tokens for whomever a test likes. */
public final class TestIssuer implements AuthorizationTable.Bearers, AutoCloseable {
    private static final String AUDIENCE = "faultline";
    private static final Duration LIFETIME = Duration.ofMinutes(10);

    private final HttpServer server;
    private final Set<String> revoked = ConcurrentHashMap.newKeySet();
    private final List<RSAKey> keys = new CopyOnWriteArrayList<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();

    private static final class Shared {
        private static final TestIssuer INSTANCE = new TestIssuer();
    }

    /** Answers at once, on a port of its own. */
    public TestIssuer() {
        try {
            this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        rotate();
        server.createContext("/", exchange -> {
            try (exchange) {
                String path = exchange.getRequestURI().getPath();
                requests.add(path);
                byte[] body = answer(path).getBytes(StandardCharsets.UTF_8);
                exchange.getResponseHeaders().set("Content-Type", "application/json");
                exchange.sendResponseHeaders(200, body.length);
                exchange.getResponseBody().write(body);
            }
        });
        server.start();
    }

    /** One for all tests of a JVM. */
    public static TestIssuer shared() {
        return Shared.INSTANCE;
    }

    /** The value of the property {@code faultline.security.issuer}. */
    public String uri() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    private String answer(String path) {
        return switch (path) {
            case "/.well-known/openid-configuration" -> """
                    {"issuer": "%1$s", "jwks_uri": "%1$s/keys", "token_endpoint": "%1$s/token",
                     "faultline_revoked_tokens_uri": "%1$s/revoked"}""".formatted(uri());
            case "/keys" -> new JWKSet(new ArrayList<JWK>(keys)).toString();
            case "/token" -> "{\"access_token\": \"" + token("payment-service", "charges")
                    + "\", \"expires_in\": 300, \"token_type\": \"Bearer\"}";
            case "/revoked" -> "{\"revoked\": [" + revoked.stream().map(id -> '"' + id + '"').collect(
                    Collectors.joining(",")) + "]}";
            default -> "{}";
        };
    }

    /** The paths that were requested so far. */
    public List<String> requests() {
        return requests;
    }

    /** Signs with a new key from now on; the old ones are still published. */
    public void rotate() {
        try {
            keys.add(new RSAKeyGenerator(2048).keyID(UUID.randomUUID().toString()).generate());
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Signs with a new key from now on, and publishes no other: the old ones are compromised. */
    public void withdraw() {
        rotate();
        keys.removeIf(key -> !key.equals(key()));
    }

    /** The key that signs now, with its private half. */
    public RSAKey key() {
        return keys.getLast();
    }

    public void revoke(String tokenId) {
        revoked.add(tokenId);
    }

    /** A token of this issuer, valid for ten minutes. */
    public String token(String subject, String... scopes) {
        return sign(claims(subject, scopes).build());
    }

    /** Claims of a valid token, for tests to change. */
    public JWTClaimsSet.Builder claims(String subject, String... scopes) {
        Instant now = Instant.now();
        return new JWTClaimsSet.Builder().issuer(uri()).subject(subject).audience(AUDIENCE).issueTime(Date.from(now))
                .notBeforeTime(Date.from(now)).expirationTime(Date.from(now.plus(LIFETIME)))
                .jwtID(UUID.randomUUID().toString()).claim("scope", String.join(" ", scopes));
    }

    public String sign(JWTClaimsSet claims) {
        return sign(claims, key());
    }

    public static String sign(JWTClaimsSet claims, RSAKey key) {
        try {
            var token = new SignedJWT(new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(key.getKeyID()).build(), claims);
            token.sign(new RSASSASigner(key));
            return token.serialize();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The header {@code Authorization} of somebody who may do everything: for tests of something else. */
    public String bearerOfAll() {
        return bearer("everybody", "orders.all", "catalogue.write", "stock.write", "operations", "charges");
    }

    @Override
    public String bearer(String subject, String... scopes) {
        return "Bearer " + token(subject, scopes);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
