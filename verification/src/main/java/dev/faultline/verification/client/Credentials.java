package dev.faultline.verification.client;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;

import javax.net.ssl.SSLContext;

import dev.faultline.backing.FaultlineException;
import dev.faultline.backing.Polling;
import dev.faultline.oauth.ClientTokens;
import dev.faultline.oauth.TokenUnavailableException;
import org.jspecify.annotations.Nullable;

/**
 * What a client of the platform needs to be believed, and to believe the platform: the OAuth 2.0 clients and their secrets,
 * their tokens, and the TLS context. Thread-safe.
 */
public final class Credentials {
    /** Places and reads orders on behalf of any customer: one token for the load of thousands. */
    public static final String SHOP = "shop";
    /** Changes the catalogue and receives stock. */
    public static final String CLERK = "clerk";
    /** Injects the acquirer's faults and moves buckets. */
    public static final String OPERATOR = "operator";

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration PAUSE = Duration.ofMillis(250);

    private final URI gateway;
    private final UnaryOperator<String> secrets;
    private final @Nullable SSLContext tls;
    private final Map<String, ClientTokens> tokens = new ConcurrentHashMap<>();

    /** @param secrets with a file for each client, named after it */
    public Credentials(URI gateway, Path secrets) {
        this(gateway, secrets, null);
    }

    /** @param tls for connections to the platform; null if it speaks plain HTTP */
    public Credentials(URI gateway, Path secrets, @Nullable SSLContext tls) {
        this(gateway, client -> secret(secrets, client), tls);
    }

    /**
     * @param secrets returns a client's secret
     * @param tls     for connections to the platform; null if it speaks plain HTTP
     */
    public Credentials(URI gateway, UnaryOperator<String> secrets, @Nullable SSLContext tls) {
        this.gateway = gateway;
        this.secrets = secrets;
        this.tls = tls;
    }

    /** For connections to the platform; empty if it speaks plain HTTP. */
    public Optional<SSLContext> tls() {
        return Optional.ofNullable(tls);
    }

    /**
     * The value of the header {@code Authorization} for a client.
     *
     * @throws FaultlineException if there is no token
     */
    public String bearer(String client) {
        return "Bearer " + token(client);
    }

    /**
     * Asks again for ten seconds while the platform is there and does not answer, as it may when the machine is busy.
     *
     * @throws FaultlineException if there is none
     */
    public String token(String client) {
        ClientTokens known = tokens.computeIfAbsent(client, name -> ClientTokens.of(gateway.resolve("/oauth2/token"),
                tls, name, () -> secrets.apply(name)));
        for (long deadline = System.nanoTime() + PATIENCE.toNanos();;) {
            try {
                return known.token();
            } catch (TokenUnavailableException e) {
                if (!(rootOf(e) instanceof SocketTimeoutException) || System.nanoTime() > deadline) {
                    throw new FaultlineException(e.getMessage()
                            + ". ./faultline status shows whether a local platform runs,"
                            + " and ./faultline up starts it.", e);
                }
                Polling.sleep(PAUSE);
            }
        }
    }

    private static Throwable rootOf(Throwable e) {
        return e.getCause() == null ? e : rootOf(e.getCause());
    }

    private static String secret(Path secrets, String client) {
        try {
            return Files.readString(secrets.resolve(client)).strip();
        } catch (IOException e) {
            throw new FaultlineException("There is no client " + client + " with a secret in " + secrets
                    + ". ./faultline up creates the secrets.", e);
        }
    }
}
