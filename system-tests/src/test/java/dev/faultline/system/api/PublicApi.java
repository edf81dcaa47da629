package dev.faultline.system.api;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import dev.faultline.verification.client.Credentials;
import org.awaitility.Awaitility;
import tools.jackson.databind.json.JsonMapper;

/** The API of a running platform, and things that exist there, so that valid requests find something. */
final class PublicApi {
    private static final List<String> SKUS = List.of("FUZZ-1", "FUZZ-2", "FUZZ-3", "FUZZ-4", "FUZZ-5");
    /** A client of the issuer, which may name itself or nobody in its requests. */
    private static final String CUSTOMER = "alice";

    private final URI gateway;
    private final Credentials credentials;
    private final HttpClient http = HttpClient.newHttpClient();
    private Map<String, List<String>> known = Map.of();

    PublicApi(URI gateway, Credentials credentials) {
        this.gateway = gateway;
        this.credentials = credentials;
    }

    ApiDescription description() throws IOException, InterruptedException {
        return new ApiDescription(send(request("/openapi.json").GET()).body());
    }

    /** Requests with these random numbers, by callers that may send them, about things that exist. */
    Drive drive(ApiDescription description, long seed) {
        return new Drive(description, gateway, known, this::bearer, seed);
    }

    /** Products with stock, and an order, once for all drives. */
    void create() {
        for (String sku : SKUS) {
            put("/api/catalogue/" + sku,
                    "{\"name\": \"A product\", \"price\": {\"minorUnits\": 1250, \"currency\": \"EUR\"}}");
            put("/api/stock/" + sku + "/receipts/first", "{\"quantity\": 1000000}");
        }
        HttpResponse<String> placed = Awaitility.await().atMost(Duration.ofSeconds(60)).until(this::place,
                response -> response.statusCode() < 300);
        List<String> ids = List.of(JsonMapper.shared().readTree(placed.body()).get("id").asString());
        known = Map.of("sku", SKUS, "customer", List.of(CUSTOMER), "currency", List.of("EUR"), "id", ids, "orderId",
                ids, "after", ids, "Prefer", List.of("wait=1", "wait=0", "respond-async"), "Consistency-Token", List.of(
                        placed.headers().firstValue("Consistency-Token").orElse("")));
    }

    private HttpResponse<String> place() throws IOException, InterruptedException {
        return send(request("/api/orders").header("Authorization", credentials.bearer(CUSTOMER)).header("Prefer",
                "wait=10").header("Consistency", "session").POST(HttpRequest.BodyPublishers.ofString("""
                        {"paymentMethod": "card-visa", "lines": [{"sku": "FUZZ-1", "quantity": 1}]}""")));
    }

    private Optional<String> bearer(ApiDescription.Operation operation) {
        return operation.scopes().stream().findFirst().map(scope -> credentials.bearer(scope.startsWith("orders")
                ? CUSTOMER
                : Credentials.CLERK));
    }

    private void put(String path, String body) {
        Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> send(request(path).header("Authorization",
                credentials.bearer(Credentials.CLERK)).PUT(HttpRequest.BodyPublishers.ofString(body)))
                .statusCode() == 200);
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(gateway.resolve(path)).timeout(Duration.ofSeconds(30)).header("Content-Type",
                "application/json");
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }
}
