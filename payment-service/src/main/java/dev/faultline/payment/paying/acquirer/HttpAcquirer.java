package dev.faultline.payment.paying.acquirer;

import java.io.IOException;
import java.net.URI;
import java.util.Objects;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import dev.faultline.payment.paying.Acquirer.AcquirerState;
import dev.faultline.payment.paying.Acquirer.Answer;
import dev.faultline.payment.paying.Acquirer.Operation;
import dev.faultline.payment.paying.Acquirer.Request;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.Method;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.http.message.BasicClassicHttpRequest;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** Maps requests and answers to the acquirer's REST API. Blocks, which costs least on a virtual thread. */
final class HttpAcquirer {
    private static final int MAX_RESPONSE_BYTES = 64 * 1024;
    /** More than the bulkhead permits. */
    private static final int MAX_CONNECTIONS = 64;
    /** A connection that was idle for this long may have been closed by the acquirer. */
    private static final TimeValue VALIDATE_AFTER = TimeValue.ofSeconds(2);

    private final HttpHost host;
    private final String path;
    private final CloseableHttpClient http;
    private final JsonMapper json = JsonMapper.shared();

    HttpAcquirer(AcquirerProperties properties) {
        URI url = properties.url();
        this.host = HttpHost.create(url);
        this.path = url.getRawPath().replaceFirst("/$", "");
        // Without state: otherwise no request would reuse a connection on which this process has shown its certificate.
        this.http = HttpClients.custom().disableConnectionState()
                .setConnectionManager(PoolingHttpClientConnectionManagerBuilder.create().useSystemProperties()
                        .setMaxConnPerRoute(MAX_CONNECTIONS).setMaxConnTotal(MAX_CONNECTIONS)
                        .setDefaultConnectionConfig(ConnectionConfig.custom()
                                .setConnectTimeout(Timeout.of(properties.connectTimeout()))
                                .setValidateAfterInactivity(VALIDATE_AFTER).build())
                        .build())
                .disableAutomaticRetries().disableRedirectHandling().disableCookieManagement().disableAuthCaching()
                .disableContentCompression().disableDefaultUserAgent().build();
    }

    private record Charge(long minorUnits, String currency, String paymentMethod) {}

    @JsonIgnoreProperties(ignoreUnknown = true)
    private record PaymentBody(@Nullable AcquirerState status, @Nullable String reason) {}

    /**
     * Blocks until the acquirer has answered; an interrupt closes the connection.
     *
     * @throws java.net.ConnectException or {@link org.apache.hc.client5.http.ConnectTimeoutException} if nothing was sent
     * @throws IOException if something may have been sent
     * @throws AcquirerFailedException if the response does not tell the payment's state
     */
    Answer send(Request request, String authorization, @Nullable String traceparent) throws IOException {
        var put = new BasicClassicHttpRequest(Method.PUT, host, path + "/payments/" + request.orderId()
                + switch (request.operation()) {
                    case CHARGE -> "/charge";
                    case VOID -> "/void";
                    case REFUND -> "/refund";
                });
        if (request.operation() == Operation.CHARGE) {
            var details = request.details();
            put.setEntity(new ByteArrayEntity(json.writeValueAsBytes(new Charge(details.amount().minorUnits(),
                    details.amount().currency(), details.paymentMethod())), ContentType.APPLICATION_JSON));
        }
        put.setHeader("Authorization", authorization);
        if (traceparent != null) {
            put.setHeader("traceparent", traceparent);
        }
        return http.execute(host, put, response -> answer(request.operation(), response));
    }

    private Answer answer(Operation operation, ClassicHttpResponse response) throws IOException {
        byte[] body = response.getEntity() == null ? new byte[0]
                : EntityUtils.toByteArray(response.getEntity(), MAX_RESPONSE_BYTES);
        return switch (response.getCode()) {
            case 200 -> {
                if (parse(body).status != successState(operation)) {
                    throw new AcquirerFailedException(200);
                }
                yield new Answer.Done();
            }
            case 402 -> new Answer.Declined(Objects.requireNonNullElse(parse(body).reason, "declined"));
            case 409 -> {
                AcquirerState state = parse(body).status;
                if (state == null) {
                    throw new AcquirerFailedException(409);
                }
                yield new Answer.Refused(state);
            }
            case 400, 404, 415, 422 -> new Answer.Declined("rejected-by-acquirer");
            default -> throw new AcquirerFailedException(response.getCode());
        };
    }

    private PaymentBody parse(byte[] body) {
        return json.readValue(body, PaymentBody.class);
    }

    private static AcquirerState successState(Operation operation) {
        return switch (operation) {
            case CHARGE -> AcquirerState.CHARGED;
            case VOID -> AcquirerState.VOIDED;
            case REFUND -> AcquirerState.REFUNDED;
        };
    }
}
