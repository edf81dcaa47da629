package dev.faultline.service.security;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URL;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.JWKSetCacheRefreshEvaluator;
import com.nimbusds.jose.jwk.source.JWKSetParseException;
import com.nimbusds.jose.jwk.source.JWKSetRetrievalException;
import com.nimbusds.jose.jwk.source.JWKSetSource;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jose.util.DefaultResourceRetriever;
import dev.faultline.service.time.CorrectedClock;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * What the issuer publishes. Its metadata are fetched when they are first needed, and again until the issuer answers, so a
 * service starts without it. Each fetch waits half a second for the connection and
 * a second for each part of the answer, of which it reads 256 KB at most. Thread-safe.
 *
 * @see <a href="https://openid.net/specs/openid-connect-discovery-1_0.html">OpenID Connect Discovery</a>
 */
final class Issuer implements JWKSetSource<SecurityContext> {
    private static final Duration CONNECT_TIMEOUT = Duration.ofMillis(500);
    private static final Duration READ_TIMEOUT = Duration.ofSeconds(1);
    private static final int MAX_BYTES = 256 * 1024;

    private final URI issuer;
    private final CorrectedClock clock;
    private final JsonMapper json = JsonMapper.shared();
    private volatile @Nullable Metadata metadata;

    /** @param own the clock of this process */
    Issuer(URI issuer, InstantSource own) {
        this.issuer = issuer;
        this.clock = new CorrectedClock(own);
    }

    /**
     * The issuer's time, by which its tokens begin and end, to within a second, as its last answer told it; before its first
     * one, this process's.
     */
    InstantSource clock() {
        return clock;
    }

    /** @param revokedTokens an extension of Faultline's own issuer; null at others, whose tokens only expire */
    @JsonIgnoreProperties(ignoreUnknown = true)
    private record Metadata(String issuer, @JsonProperty("jwks_uri") URI keys,
            @JsonProperty("faultline_revoked_tokens_uri") @Nullable URI revokedTokens) {}

    @JsonIgnoreProperties(ignoreUnknown = true)
    private record RevokedTokens(Set<String> revoked) {}

    /** The ids of the tokens that were revoked and have not expired; empty if the issuer publishes no such list. */
    Optional<Set<String>> revokedTokens() throws IOException {
        URI list = metadata().revokedTokens();
        if (list == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(Set.copyOf(json.readValue(get(list), RevokedTokens.class).revoked()));
        } catch (JacksonException e) {
            throw new IOException(list + " is not a list of revoked tokens", e);
        }
    }

    @Override
    public JWKSet getJWKSet(JWKSetCacheRefreshEvaluator refresh, long now, SecurityContext context)
            throws KeySourceException {
        try {
            return JWKSet.parse(get(metadata().keys()));
        } catch (IOException e) {
            throw new JWKSetRetrievalException("the keys of " + issuer + " cannot be fetched", e);
        } catch (java.text.ParseException e) {
            throw new JWKSetParseException("the keys of " + issuer + " cannot be read", e);
        }
    }

    private Metadata metadata() throws IOException {
        Metadata known = metadata;
        if (known == null) {
            known = fetched();
            metadata = known;
        }
        return known;
    }

    private Metadata fetched() throws IOException {
        URI document = URI.create(issuer.toString().replaceFirst("/$", "") + "/.well-known/openid-configuration");
        try {
            Metadata found = json.readValue(get(document), Metadata.class);
            if (!issuer.toString().equals(found.issuer()) || found.keys() == null) {
                throw new IOException(document + " is not the metadata of the issuer " + issuer);
            }
            return found;
        } catch (JacksonException e) {
            throw new IOException(document + " is not the metadata of an issuer", e);
        }
    }

    private String get(URI uri) throws IOException {
        var http = new TimedRetriever();
        Instant before = clock.own();
        String content = http.retrieveResource(uri.toURL()).getContent();
        http.date().ifPresent(date -> clock.learn(before, clock.own(), date, date.plusSeconds(1)));
        return content;
    }

    /** Knows when its resource was sent. */
    private static final class TimedRetriever extends DefaultResourceRetriever {
        private @Nullable HttpURLConnection connection;

        TimedRetriever() {
            super(Math.toIntExact(CONNECT_TIMEOUT.toMillis()), Math.toIntExact(READ_TIMEOUT.toMillis()), MAX_BYTES);
        }

        @Override
        protected HttpURLConnection openHTTPConnection(URL url) throws IOException {
            HttpURLConnection opened = super.openHTTPConnection(url);
            connection = opened;
            return opened;
        }

        /** By the header Date, in seconds. A cache between adds the Age of what it has. */
        Optional<Instant> date() {
            if (connection == null || connection.getDate() == 0) {
                return Optional.empty();
            }
            return Optional.of(Instant.ofEpochMilli(connection.getDate()).plusSeconds(Math.max(0, connection
                    .getHeaderFieldLong("Age", 0))));
        }
    }

    @Override
    public void close() {
        // Nothing is held open.
    }
}
