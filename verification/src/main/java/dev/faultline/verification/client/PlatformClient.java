package dev.faultline.verification.client;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;

import dev.faultline.backing.FaultlineException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The platform's REST API, through its gateway. An error response is an {@link ErrorResponseException} with the problem's
 * title and detail. A call takes ten seconds at most, plus the time it waits for an order's outcome.
 */
public final class PlatformClient implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final JsonMapper JSON = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

    private final URI gateway;
    private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(2)).executor(Executors.newVirtualThreadPerTaskExecutor()).build();

    public PlatformClient(URI gateway) {
        this.gateway = gateway;
    }

    /** Creates or updates a product. */
    public void putProduct(String sku, String name, Money price) {
        send(request("/api/catalogue/" + encoded(sku)).PUT(body(Map.of("name", name, "price", price))));
    }

    /** Adds stock; a repeated receipt counts once. */
    public void receiveStock(String sku, String receipt, int quantity) {
        send(request("/api/stock/" + encoded(sku) + "/receipts/" + encoded(receipt))
                .PUT(body(Map.of("quantity", quantity))));
    }

    /**
     * Places an order, and waits for its outcome at most this long.
     *
     * @param key the idempotency key: the same key and order return the same order
     */
    public Order place(OrderRequest order, String key, Duration wait) {
        return parse(send(request("/api/orders").POST(body(order)).header("Idempotency-Key", key)
                .header("Prefer", "wait=" + wait.toSeconds()).timeout(TIMEOUT.plus(wait))), Order.class);
    }

    public Order order(String id) {
        return parse(send(request("/api/orders/" + encoded(id)).GET()), Order.class);
    }

    private record Page(List<Order> orders) {}

    /** A customer's latest orders. */
    public List<Order> orders(String customer, int limit) {
        return parse(send(request("/api/orders?customer=" + encoded(customer) + "&limit=" + limit).GET()), Page.class)
                .orders();
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(gateway.resolve(path)).timeout(TIMEOUT).header("Content-Type",
                "application/json");
    }

    private static HttpRequest.BodyPublisher body(Object content) {
        return HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(content));
    }

    private String send(HttpRequest.Builder request) {
        try {
            var response = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() >= 300) {
                throw errorOf(response);
            }
            return response.body();
        } catch (ConnectException e) {
            throw new FaultlineException("No gateway responds at " + gateway
                    + ". See ./faultline status, and start the cluster with ./faultline up.", e);
        } catch (IOException e) {
            throw new FaultlineException("The gateway at " + gateway + " closed the connection: " + e.getMessage()
                    + ".", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FaultlineException("Interrupted.", e);
        }
    }

    private static Optional<Duration> retryAfter(HttpResponse<String> response) {
        return response.headers().firstValue("Retry-After").filter(value -> value.matches("\\d{1,5}"))
                .map(seconds -> Duration.ofSeconds(Long.parseLong(seconds)));
    }

    /** From an RFC 9457 problem: its title, its detail and the invalid fields. */
    private static ErrorResponseException errorOf(HttpResponse<String> response) {
        int status = response.statusCode();
        var prefix = "The platform responded " + status;
        try {
            JsonNode problem = JSON.readTree(response.body());
            String type = problem.path("type").asString("");
            String fields = problem.path("errors").valueStream()
                    .map(error -> error.path("field").asString("") + " " + error.path("reason").asString(""))
                    .collect(Collectors.joining("; "));
            return new ErrorResponseException(status, type.substring(type.lastIndexOf('/') + 1), retryAfter(response),
                    prefix + ": " + problem.path("title").asString("") + ". " + problem.path("detail").asString("")
                            + (fields.isEmpty() ? "" : " (" + fields + ")"));
        } catch (JacksonException e) {
            return new ErrorResponseException(status, "", retryAfter(response), prefix + ".");
        }
    }

    private <T> T parse(String body, Class<T> type) {
        try {
            return JSON.readValue(body, type);
        } catch (JacksonException e) {
            throw new FaultlineException("The response from " + gateway + " is not the platform's: "
                    + e.getOriginalMessage(), e);
        }
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        http.close();
    }
}
