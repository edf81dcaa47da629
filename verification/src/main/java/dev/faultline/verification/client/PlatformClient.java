package dev.faultline.verification.client;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

import dev.faultline.backing.FaultlineException;
import dev.faultline.verification.Target;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.classic.methods.HttpPut;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
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

    /** Each waiting order has a connection; a load in an open loop must not wait for one. */
    private static final int MAX_CONNECTIONS = 20_000;
    private static final Timeout CONNECT_TIMEOUT = Timeout.ofSeconds(2);
    /** A connection that was idle for this long may have been closed by the gateway. */
    private static final TimeValue VALIDATE_AFTER = TimeValue.ofSeconds(2);

    private final URI gateway;
    private final Credentials credentials;
    private final String buyer;
    /** Blocks its thread, which should be a virtual one when there are many. */
    private final CloseableHttpClient http;

    public PlatformClient(Target target) {
        this(target.gatewayUrl(), target.credentials());
    }

    public PlatformClient(URI gateway, Credentials credentials) {
        this(gateway, credentials, Credentials.SHOP);
    }

    /** @param buyer the client that places and reads orders: one that is itself a customer, or a shop */
    public PlatformClient(URI gateway, Credentials credentials, String buyer) {
        this.gateway = gateway;
        this.credentials = credentials;
        this.buyer = buyer;
        var connections = PoolingHttpClientConnectionManagerBuilder.create().setMaxConnPerRoute(MAX_CONNECTIONS)
                .setMaxConnTotal(MAX_CONNECTIONS)
                .setDefaultConnectionConfig(ConnectionConfig.custom().setConnectTimeout(CONNECT_TIMEOUT)
                        .setValidateAfterInactivity(VALIDATE_AFTER).build());
        credentials.tls().ifPresent(tls -> connections.setTlsSocketStrategy(new DefaultClientTlsStrategy(tls)));
        this.http = HttpClients.custom().setConnectionManager(connections.build())
                .disableAutomaticRetries().disableRedirectHandling().disableCookieManagement().disableAuthCaching()
                .disableContentCompression().build();
    }

    /** Creates or updates a product. */
    public void putProduct(String sku, String name, Money price) {
        send(with(Map.of("name", name, "price", price), new HttpPut(path("/api/catalogue/" + encoded(sku)))),
                Credentials.CLERK,
                TIMEOUT);
    }

    private record Product(Money price) {}

    /** A product's price, which a cache may have: it is two seconds old at most. */
    public Money price(String sku) {
        return parse(get("/api/catalogue/" + encoded(sku)), Product.class).price();
    }

    /** Adds stock; a repeated receipt counts once. */
    public void receiveStock(String sku, String receipt, int quantity) {
        send(with(Map.of("quantity", quantity), new HttpPut(path("/api/stock/" + encoded(sku) + "/receipts/" + encoded(
                receipt)))), Credentials.CLERK, TIMEOUT);
    }

    /**
     * Places an order, and waits for its outcome at most this long.
     *
     * @param key the idempotency key: the same key and order return the same order
     */
    public Order place(OrderRequest order, String key, Duration wait) {
        return place(order, key, wait, Map.of());
    }

    /** @param headers to send besides the usual ones, for example {@code traceparent} */
    public Order place(OrderRequest order, String key, Duration wait, Map<String, String> headers) {
        var post = with(order, new HttpPost(path("/api/orders")));
        post.setHeader("Idempotency-Key", key);
        post.setHeader("Prefer", "wait=" + wait.toSeconds());
        headers.forEach(post::setHeader);
        return parse(send(post, buyer, TIMEOUT.plus(wait)), Order.class);
    }

    public Order order(String id) {
        return parse(get("/api/orders/" + encoded(id)), Order.class);
    }

    private record Payment(String status) {}

    /** The state of an order's payment. */
    public String payment(String order) {
        return parse(get("/api/payments/" + encoded(order)), Payment.class).status();
    }

    private record Page(List<Order> orders) {}

    /** A customer's latest orders. */
    public List<Order> orders(String customer, int limit) {
        return parse(get("/api/orders?customer=" + encoded(customer) + "&limit=" + limit), Page.class).orders();
    }

    private URI path(String path) {
        return gateway.resolve(path);
    }

    private static <R extends HttpUriRequestBase> R with(Object content, R request) {
        request.setEntity(new ByteArrayEntity(JSON.writeValueAsBytes(content), ContentType.APPLICATION_JSON));
        return request;
    }

    private byte[] get(String path) {
        return send(new HttpGet(path(path)), buyer, TIMEOUT);
    }

    private byte[] send(HttpUriRequestBase request, String client, Duration timeout) {
        request.setHeader("Authorization", credentials.bearer(client));
        request.setConfig(RequestConfig.custom().setResponseTimeout(Timeout.of(timeout)).build());
        try {
            return http.execute(request, response -> {
                byte[] body = EntityUtils.toByteArray(response.getEntity());
                if (response.getCode() >= 300) {
                    throw errorOf(response, body);
                }
                return body;
            });
        } catch (ConnectException e) {
            throw new FaultlineException("No gateway responds at " + gateway
                    + ". ./faultline status shows whether a local platform runs, and ./faultline up starts it.", e);
        } catch (IOException e) {
            throw new FaultlineException(Thread.currentThread().isInterrupted() ? "Interrupted."
                    : "The gateway at " + gateway + " closed the connection: " + e.getMessage() + ".", e);
        }
    }

    private static Optional<Duration> retryAfter(ClassicHttpResponse response) {
        return Optional.ofNullable(response.getFirstHeader("Retry-After")).map(Header::getValue)
                .filter(value -> value.matches("\\d{1,5}")).map(seconds -> Duration.ofSeconds(Long.parseLong(seconds)));
    }

    /** From an RFC 9457 problem: its title, its detail and the invalid fields. */
    private static ErrorResponseException errorOf(ClassicHttpResponse response, byte[] body) {
        int status = response.getCode();
        var prefix = "The platform responded " + status;
        try {
            JsonNode problem = JSON.readTree(body);
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

    private <T> T parse(byte[] body, Class<T> type) {
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
        http.close(CloseMode.GRACEFUL);
    }
}
