package dev.faultline.verification.client;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

import dev.faultline.backing.FaultlineException;
import dev.faultline.verification.Target;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A client that says how fresh its reads have to be, and reads what the answers say about that. It returns every answer,
 * whatever its status; a request without an answer is a {@link FaultlineException}.
 */
public final class ConsistencyClient implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final HttpClient http;
    private final URI gateway;
    private final Credentials credentials;

    public ConsistencyClient(Target target) {
        this.gateway = target.gatewayUrl();
        this.credentials = target.credentials();
        HttpClient.Builder client = HttpClient.newBuilder();
        credentials.tls().ifPresent(client::sslContext);
        this.http = client.build();
    }

    /** @param token of the session; null if the answer belongs to none */
    public record Answer(int status, String body, String servedBy, @Nullable Long stalenessMs, @Nullable String token) {

        public JsonNode json() {
            return JsonMapper.shared().readTree(body);
        }

        public boolean isFromReplica() {
            return servedBy.equals("replica");
        }

        /** @throws IllegalStateException if it does not say so */
        public long staleness() {
            if (stalenessMs == null) {
                throw new IllegalStateException("no Staleness-Ms: " + this);
            }
            return stalenessMs;
        }
    }

    /** Places an order for one piece. */
    public Answer place(String customer, String sku, String consistency) {
        return send(request("/api/orders", Credentials.SHOP, consistency, null).POST(HttpRequest.BodyPublishers
                .ofString("""
                {"customer": "%s", "paymentMethod": "card-visa", "lines": [{"sku": "%s", "quantity": 1}]}"""
                        .formatted(customer, sku))));
    }

    public Answer put(String path, String body) {
        return send(request(path, Credentials.CLERK, "strong", null).PUT(HttpRequest.BodyPublishers.ofString(body)));
    }

    public Answer get(String path, String consistency) {
        return send(request(path, Credentials.SHOP, consistency, null).GET());
    }

    /** Continues the session of an answer. */
    public Answer getInSession(String path, @Nullable String token) {
        return send(request(path, Credentials.SHOP, "session", token).GET());
    }

    private HttpRequest.Builder request(String path, String client, String consistency, @Nullable String token) {
        var request = HttpRequest.newBuilder(gateway.resolve(path)).timeout(TIMEOUT).header("Content-Type",
                "application/json").header("Authorization", credentials.bearer(client)).header("Consistency",
                        consistency);
        return token == null ? request : request.header("Consistency-Token", token);
    }

    private Answer send(HttpRequest.Builder request) {
        try {
            HttpResponse<String> response = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
            var headers = response.headers();
            return new Answer(response.statusCode(), response.body(), headers.firstValue("Served-By").orElse(""),
                    headers.firstValue("Staleness-Ms").map(Long::valueOf).orElse(null), headers.firstValue(
                            "Consistency-Token").orElse(null));
        } catch (IOException e) {
            throw new FaultlineException("The gateway at " + gateway + " did not answer: " + e + ".", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FaultlineException("Interrupted.", e);
        }
    }

    @Override
    public void close() {
        http.close();
    }
}
