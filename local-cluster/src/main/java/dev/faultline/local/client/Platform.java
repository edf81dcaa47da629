package dev.faultline.local.client;

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

import dev.faultline.local.parts.RefusedException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The platform, through its gateway. Every answer but success is a {@link RefusedException} that says what the platform
 * said. A call ends within ten seconds, one that waits for an order's end in so many more.
 */
public final class Platform implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final JsonMapper JSON = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

    private final URI gateway;
    private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(2)).executor(Executors.newVirtualThreadPerTaskExecutor()).build();

    public Platform(URI gateway) {
        this.gateway = gateway;
    }

    /** Adds a product or changes it. */
    public void putProduct(String sku, String name, Money price) {
        send(request("/api/catalogue/" + encoded(sku)).PUT(body(Map.of("name", name, "price", price))));
    }

    /** Goods arrive; the same receipt is counted once. */
    public void receiveStock(String sku, String receipt, int quantity) {
        send(request("/api/stock/" + encoded(sku) + "/receipts/" + encoded(receipt))
                .PUT(body(Map.of("quantity", quantity))));
    }

    /**
     * Places an order, and waits so long for its end.
     *
     * @param key the same key and order is the same order
     */
    public Order place(PlaceOrder order, String key, Duration wait) {
        return parse(send(request("/api/orders").POST(body(order)).header("Idempotency-Key", key)
                .header("Prefer", "wait=" + wait.toSeconds()).timeout(TIMEOUT.plus(wait))), Order.class);
    }

    public Order order(String id) {
        return parse(send(request("/api/orders/" + encoded(id)).GET()), Order.class);
    }

    private record Page(List<Order> orders) {}

    /** A customer's orders, at most so many. */
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
                throw answered(response);
            }
            return response.body();
        } catch (ConnectException e) {
            throw new RefusedException("No gateway answers at " + gateway
                    + ". See ./faultline status, and start the cluster with ./faultline up.", e);
        } catch (IOException e) {
            throw new RefusedException("The gateway at " + gateway + " broke off: " + e.getMessage() + ".", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RefusedException("Interrupted.", e);
        }
    }

    private static Optional<Duration> retryAfter(HttpResponse<String> response) {
        return response.headers().firstValue("Retry-After").filter(value -> value.matches("\\d{1,5}"))
                .map(seconds -> Duration.ofSeconds(Long.parseLong(seconds)));
    }

    /** RFC 9457's title and detail, and which fields are wrong and why. */
    private static AnsweredException answered(HttpResponse<String> response) {
        int status = response.statusCode();
        var told = "The platform answered " + status;
        try {
            JsonNode problem = JSON.readTree(response.body());
            String type = problem.path("type").asString("");
            String fields = problem.path("errors").valueStream()
                    .map(error -> error.path("field").asString("") + " " + error.path("reason").asString(""))
                    .collect(Collectors.joining("; "));
            return new AnsweredException(status, type.substring(type.lastIndexOf('/') + 1), retryAfter(response),
                    told + ": " + problem.path("title").asString("") + ". " + problem.path("detail").asString("")
                            + (fields.isEmpty() ? "" : " (" + fields + ")"));
        } catch (JacksonException e) {
            return new AnsweredException(status, "", retryAfter(response), told + ".");
        }
    }

    private <T> T parse(String body, Class<T> type) {
        try {
            return JSON.readValue(body, type);
        } catch (JacksonException e) {
            throw new RefusedException("The gateway at " + gateway + " gave an answer that is not the platform's: "
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
