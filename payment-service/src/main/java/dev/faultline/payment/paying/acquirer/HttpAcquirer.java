package dev.faultline.payment.paying.acquirer;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import dev.faultline.payment.paying.Acquirer.AcquirerState;
import dev.faultline.payment.paying.Acquirer.Answer;
import dev.faultline.payment.paying.Acquirer.Operation;
import dev.faultline.payment.paying.Acquirer.Request;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** Maps requests and answers to the acquirer's REST API. */
final class HttpAcquirer {
    private static final int MAX_RESPONSE_BYTES = 64 * 1024;

    private final URI url;
    private final HttpClient http;
    private final JsonMapper json = JsonMapper.shared();

    HttpAcquirer(AcquirerProperties properties) {
        this.url = properties.url();
        this.http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(properties.connectTimeout())
                .executor(Executors.newVirtualThreadPerTaskExecutor()).build();
    }

    private record Authorization(long minorUnits, String currency, String paymentMethod) {}

    @JsonIgnoreProperties(ignoreUnknown = true)
    private record PaymentBody(@Nullable AcquirerState status, @Nullable String reason) {}

    /**
     * Fails with {@link java.net.ConnectException} or {@link java.net.http.HttpConnectTimeoutException} if nothing was
     * sent, and with any other exception if something may have been. Cancelling it closes the connection.
     */
    CompletableFuture<HttpResponse<byte[]>> send(Request request, @Nullable String traceparent) {
        var put = HttpRequest.newBuilder(url.resolve("/payments/" + request.orderId() + switch (request.operation()) {
            case AUTHORIZE -> "/authorization";
            case CAPTURE -> "/capture";
            case VOID -> "/void";
            case REFUND -> "/refund";
        })).PUT(body(request));
        put.header("Content-Type", "application/json");
        if (traceparent != null) {
            put.header("traceparent", traceparent);
        }
        return http.sendAsync(put.build(), BodyHandlers.limiting(BodyHandlers.ofByteArray(), MAX_RESPONSE_BYTES));
    }

    private HttpRequest.BodyPublisher body(Request request) {
        var details = request.details();
        return request.operation() == Operation.AUTHORIZE
                ? BodyPublishers.ofByteArray(json.writeValueAsBytes(new Authorization(details.amount().minorUnits(),
                        details.amount().currency(), details.paymentMethod())))
                : BodyPublishers.noBody();
    }

    /** @throws RuntimeException if the response does not tell the payment's state */
    Answer read(Operation operation, HttpResponse<byte[]> response) {
        return switch (response.statusCode()) {
            case 200 -> {
                if (parse(response).status != successState(operation)) {
                    throw new AcquirerFailedException(200);
                }
                yield new Answer.Done();
            }
            case 402 -> new Answer.Declined(Objects.requireNonNullElse(parse(response).reason, "declined"));
            case 409 -> {
                AcquirerState state = parse(response).status;
                if (state == null) {
                    throw new AcquirerFailedException(409);
                }
                yield new Answer.Refused(state);
            }
            case 400, 404, 415, 422 -> new Answer.Declined("rejected-by-acquirer");
            default -> throw new AcquirerFailedException(response.statusCode());
        };
    }

    private PaymentBody parse(HttpResponse<byte[]> response) {
        return json.readValue(response.body(), PaymentBody.class);
    }

    private static AcquirerState successState(Operation operation) {
        return switch (operation) {
            case AUTHORIZE -> AcquirerState.AUTHORIZED;
            case CAPTURE -> AcquirerState.CAPTURED;
            case VOID -> AcquirerState.VOIDED;
            case REFUND -> AcquirerState.REFUNDED;
        };
    }
}
