package dev.faultline.gateway;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.URI;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;

import dev.faultline.service.web.RequestTimeout;
import io.micrometer.tracing.Span;
import io.micrometer.tracing.Tracer;
import io.micrometer.tracing.propagation.Propagator;
import jakarta.servlet.http.HttpServletRequest;
import org.apache.hc.client5.http.classic.HttpClient;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ConnectionRequestTimeoutException;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.URIScheme;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.http.message.BasicClassicHttpRequest;
import org.apache.hc.core5.util.Timeout;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.cloud.gateway.server.mvc.handler.ProxyExchange;
import org.springframework.http.HttpHeaders;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.function.ServerResponse;

/**
 * Forwards a request over a pooled connection, on the request's own virtual thread, and reads the whole response, so
 * that it can be retried and no slow client holds a connection to a service.
 */
@Component
final class PooledExchange implements ProxyExchange {
    private static final Set<String> NOT_FORWARDED = Set.of("connection", "content-length", "expect", "forwarded",
            "host", "keep-alive", "proxy-authorization", "te", "trailer", "transfer-encoding", "upgrade");

    /** Of the time that a service has, what an answer may take back to the gateway. */
    private static final long RETURN_MS = 200;

    /** Under which a service's certificate names it, wherever it runs. */
    private static final String DOMAIN = ".faultline.internal";

    private final String service;
    private final boolean isSecured;
    private final HttpClient client;
    private final RequestConfig timeouts;
    private final Tracer tracer;
    private final Propagator propagator;

    /** @param certificate of this gateway; empty if connections to services are plain */
    @Autowired
    PooledExchange(HttpClient client, GatewayLimits limits, ObjectProvider<Tracer> tracer,
            ObjectProvider<Propagator> propagator, @Value("${faultline.tls.certificate:}") String certificate) {
        this("", !certificate.isEmpty(), client, RequestConfig.custom().setConnectionRequestTimeout(Timeout.of(limits
                .acquireTimeout()))
                .setResponseTimeout(Timeout.of(limits.responseTimeout())).build(),
                tracer.getIfAvailable(() -> Tracer.NOOP), propagator.getIfAvailable(() -> Propagator.NOOP));
    }

    private PooledExchange(String service, boolean isSecured, HttpClient client, RequestConfig timeouts, Tracer tracer,
            Propagator propagator) {
        this.service = service;
        this.isSecured = isSecured;
        this.client = client;
        this.timeouts = timeouts;
        this.tracer = tracer;
        this.propagator = propagator;
    }

    /** The same with another response timeout. */
    PooledExchange within(Duration responseTimeout) {
        RequestConfig other = RequestConfig.copy(timeouts).setResponseTimeout(Timeout.of(responseTimeout)).build();
        return new PooledExchange(service, isSecured, client, other, tracer, propagator);
    }

    /** The same for a service: among secured nodes, an instance must have the certificate of this service, and no other. */
    PooledExchange to(String name) {
        return new PooledExchange(name, isSecured, client, timeouts, tracer, propagator);
    }

    /**
     * @throws InstanceBusyException if no connection is free
     * @throws UncheckedIOException if there is no complete response
     */
    @Override
    public ServerResponse exchange(Request exchange) {
        URI instance = Objects.requireNonNull(exchange.getUri());
        var context = HttpClientContext.create();
        context.setRequestConfig(timeouts);
        try {
            return client.execute(host(instance), forwarded(exchange.getServerRequest().servletRequest()), context,
                    BufferedResponse::new);
        } catch (ConnectionRequestTimeoutException e) {
            throw new InstanceBusyException(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The connection is to the instance's address, and its certificate is compared with the service's name. That the instance
     * registered without TLS is no reason not to ask for one: anybody with a service's token can register so.
     */
    private HttpHost host(URI instance) throws IOException {
        String address = instance.getHost();
        int port = instance.getPort();
        return isSecured ? new HttpHost(URIScheme.HTTPS.id, InetAddress.getByName(address), service + DOMAIN, port)
                : new HttpHost(instance.getScheme(), address, port);
    }

    private ClassicHttpRequest forwarded(HttpServletRequest request) {
        String query = request.getQueryString();
        var forwarded = new BasicClassicHttpRequest(request.getMethod(),
                query == null ? request.getRequestURI() : request.getRequestURI() + '?' + query);
        for (var names = request.getHeaderNames(); names.hasMoreElements();) {
            String name = names.nextElement();
            if (isForwarded(name.toLowerCase(Locale.ROOT))) {
                request.getHeaders(name).asIterator().forEachRemaining(value -> forwarded.addHeader(name, value));
            }
        }
        if (request.getAttribute(ResponseCache.VALIDATOR) instanceof String tag) {
            forwarded.removeHeaders(HttpHeaders.IF_NONE_MATCH);
            if (!tag.isEmpty()) {
                forwarded.setHeader(HttpHeaders.IF_NONE_MATCH, tag);
            }
        }
        forwarded.setHeader(CorrelationFilter.HEADER, request.getAttribute(CorrelationFilter.HEADER));
        forwarded.setHeader(RequestTimeout.HEADER, serviceTimeoutMs());
        Span span = tracer.currentSpan();
        if (span != null) {
            propagator.inject(span.context(), forwarded, (_, name, value) -> forwarded.setHeader(name, value));
        }
        if (request.getAttribute(RequestLimitsFilter.BODY) instanceof byte[] body) {
            forwarded.setEntity(new ByteArrayEntity(body, null));
        }
        return forwarded;
    }

    private long serviceTimeoutMs() {
        long timeout = timeouts.getResponseTimeout().toMilliseconds();
        return Math.max(timeout / 2, timeout - RETURN_MS);
    }

    private static boolean isForwarded(String name) {
        return !NOT_FORWARDED.contains(name) && !name.startsWith("x-forwarded-");
    }
}
