package dev.faultline.oauth;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The access tokens of one client, by the client credentials grant. A token is used until a fifth of its lifetime is left,
 * and longer while the issuer does not answer: then it is asked again every second at most. Thread-safe.
 *
 * <p>
 * A call blocks only if there is no valid token, for as long as the issuer takes to answer, and gives up when it is silent
 * for 2.5 s. For a second after a failure, all calls without a valid token fail at once, those that waited among them.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc6749#section-4.4">RFC 6749, section 4.4</a>
 */
public final class ClientTokens {
    private static final int CONNECT_TIMEOUT_MS = 500;
    private static final int READ_TIMEOUT_MS = 2_500;
    private static final int MAX_BYTES = 64 * 1024;
    private static final Duration RETRY = Duration.ofSeconds(1);
    private static final byte[] BODY = "grant_type=client_credentials".getBytes(StandardCharsets.US_ASCII);

    private final Supplier<URI> endpoint;
    private final @Nullable SSLContext tls;
    private final String client;
    private final Supplier<String> secret;
    private final JsonMapper json = JsonMapper.shared();
    private final ReentrantLock fetching = new ReentrantLock();
    private final AtomicBoolean isRefreshing = new AtomicBoolean();
    private volatile @Nullable Token current;
    private final LongSupplier nanoTime;
    private volatile long nextAttempt;
    private volatile @Nullable TokenUnavailableException lastFailure;

    /** @param nanoTime as {@link System#nanoTime()} */
    ClientTokens(Supplier<URI> endpoint, String client, Supplier<String> secret, LongSupplier nanoTime) {
        this(endpoint, null, client, secret, nanoTime);
    }

    private ClientTokens(Supplier<URI> endpoint, @Nullable SSLContext tls, String client, Supplier<String> secret,
            LongSupplier nanoTime) {
        this.endpoint = endpoint;
        this.tls = tls;
        this.nanoTime = nanoTime;
        this.nextAttempt = nanoTime.getAsLong();
        this.client = client;
        this.secret = secret;
    }

    /** With the times by the clock of this class. */
    private record Token(String value, long refreshAt, long expiresAt) {}

    /**
     * @param tls    whom an https endpoint is believed to be; null for the JVM's default
     * @param secret read for each new token, so that it may change
     */
    public static ClientTokens of(URI tokenEndpoint, @Nullable SSLContext tls, String client, Supplier<String> secret) {
        return new ClientTokens(() -> tokenEndpoint, tls, client, secret, System::nanoTime);
    }

    /** The token endpoint is that of the issuer's metadata, which are read for each new token. */
    public static ClientTokens discovered(URI issuer, String client, Supplier<String> secret) {
        return new ClientTokens(() -> endpointOf(issuer), client, secret, System::nanoTime);
    }

    private static URI endpointOf(URI issuer) {
        URI document = URI.create(issuer.toString().replaceFirst("/$", "") + "/.well-known/openid-configuration");
        try {
            JsonNode metadata = JsonMapper.shared().readTree(response(open(document), document));
            // Or the secret would be sent to whom these metadata name.
            if (!metadata.path("issuer").asString().equals(issuer.toString())) {
                throw new TokenUnavailableException(document + " is not the metadata of the issuer " + issuer);
            }
            return URI.create(metadata.path("token_endpoint").asString());
        } catch (IOException | JacksonException e) {
            throw new TokenUnavailableException("The issuer does not answer at " + document + ": " + e.getMessage(),
                    e);
        }
    }

    /** The value of the header {@code Authorization}. */
    public String bearer() {
        return "Bearer " + token();
    }

    /** @throws TokenUnavailableException if there is none */
    public String token() {
        Token known = current;
        long now = nanoTime.getAsLong();
        if (known != null && now - known.refreshAt < 0) {
            return known.value;
        }
        if (known != null && now - known.expiresAt < 0) {
            return refreshed(known);
        }
        fetching.lock();
        try {
            TokenUnavailableException failure = lastFailure;
            if (failure != null && nanoTime.getAsLong() - nextAttempt < 0) {
                throw new TokenUnavailableException(String.valueOf(failure.getMessage()), failure);
            }
            return renewed(known);
        } finally {
            fetching.unlock();
        }
    }

    /** A new token, or this one if the issuer does not answer or another thread is asking it. */
    private String refreshed(Token known) {
        if (nanoTime.getAsLong() - nextAttempt < 0 || !isRefreshing.compareAndSet(false, true)) {
            return known.value;
        }
        try {
            return renewed(known);
        } catch (TokenUnavailableException e) {
            return known.value;
        } finally {
            isRefreshing.set(false);
        }
    }

    private String renewed(@Nullable Token known) {
        Token other = current;
        if (other != null && !other.equals(known)) {
            return other.value;
        }
        try {
            Token token = fetched();
            current = token;
            lastFailure = null;
            return token.value;
        } catch (TokenUnavailableException e) {
            lastFailure = e;
            nextAttempt = nanoTime.getAsLong() + RETRY.toNanos();
            throw e;
        }
    }

    private Token fetched() {
        URI uri = endpoint.get();
        long now = nanoTime.getAsLong();
        try {
            HttpURLConnection connection = open(uri);
            if (tls != null && connection instanceof HttpsURLConnection secured) {
                secured.setSSLSocketFactory(tls.getSocketFactory());
            }
            connection.setRequestMethod("POST");
            connection.setDoOutput(true);
            connection.setRequestProperty("Content-Type", "application/x-www-form-urlencoded");
            connection.setRequestProperty("Authorization", "Basic " + Base64.getEncoder().encodeToString((encoded(
                    client) + ":" + encoded(secret.get())).getBytes(StandardCharsets.UTF_8)));
            connection.setFixedLengthStreamingMode(BODY.length);
            try (var body = connection.getOutputStream()) {
                body.write(BODY);
            }
            JsonNode answer = json.readTree(response(connection, uri));
            long lifetime = Duration.ofSeconds(answer.path("expires_in").asLong(60)).toNanos();
            return new Token(answer.path("access_token").stringValue(), now + lifetime / 5 * 4, now + lifetime);
        } catch (IOException | JacksonException e) {
            throw new TokenUnavailableException("No token for the client " + client + " from " + uri + ": " + e
                    .getMessage(), e);
        }
    }

    /** RFC 6749, section 2.3.1 */
    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static HttpURLConnection open(URI uri) throws IOException {
        var connection = (HttpURLConnection) uri.toURL().openConnection();
        connection.setConnectTimeout(CONNECT_TIMEOUT_MS);
        connection.setReadTimeout(READ_TIMEOUT_MS);
        connection.setInstanceFollowRedirects(false);
        return connection;
    }

    private static byte[] response(HttpURLConnection connection, URI uri) throws IOException {
        int status = connection.getResponseCode();
        if (status != 200) {
            throw new TokenUnavailableException(uri + " responded " + status
                    + (status == 401 ? ": the client or its secret is not known" : ""));
        }
        try (InputStream in = connection.getInputStream()) {
            return in.readNBytes(MAX_BYTES);
        }
    }
}
