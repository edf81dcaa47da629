package dev.faultline.gateway;

import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;

import org.springframework.context.ApplicationContext;
import org.springframework.core.annotation.Order;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferLimitException;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import org.springframework.stereotype.Component;
import org.springframework.web.cors.reactive.CorsUtils;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Rejects requests beyond the {@link RequestLimits} or with an ambiguous path. It reads the body before routing, so
 * that a slow sender occupies no service and a retry has its body.
 */
@Component
@Order(RequestLimitsFilter.ORDER)
class RequestLimitsFilter implements WebFilter {
    static final int ORDER = CorrelationFilter.ORDER + 1;

    /**
     * Paths that two parsers may interpret differently: empty or dotted segments, parameters after a semicolon,
     * backslashes; and encoded forms of these, of percent signs and of control characters.
     */
    private static final Pattern AMBIGUOUS = Pattern
            .compile("//|[;\\\\]|/\\.{1,2}(/|$)|%(2[eEfF5]|5[cC]|3[bB]|[01].|7[fF])");

    private final RequestLimits limits;
    private final ApplicationContext application;

    RequestLimitsFilter(RequestLimits limits, ApplicationContext application) {
        this.limits = limits;
        this.application = application;
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        if (!application.equals(exchange.getApplicationContext())) {
            return chain.filter(exchange); // the management port
        }
        ServerHttpRequest request = exchange.getRequest();
        if (AMBIGUOUS.matcher(request.getURI().getRawPath()).find()) {
            return reject(HttpStatus.BAD_REQUEST, "ambiguous-path", "The path is ambiguous",
                    "Paths have no empty or dotted segments, no parameters and no encoded delimiters.");
        }
        if (CorsUtils.isPreFlightRequest(request)) {
            return reject(HttpStatus.FORBIDDEN, "cross-origin", "Cross-origin requests are not allowed",
                    "Scripts of other origins cannot call this API.");
        }
        HttpHeaders headers = request.getHeaders();
        if (request.getURI().toString().length() + size(headers) > limits.maxHeaders().toBytes()) {
            return reject(HttpStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "headers-too-large",
                    "The request's headers are too large", "At most " + limits.maxHeaders().toBytes()
                            + " bytes are accepted, the path included.");
        }
        if (headers.getContentLength() > limits.maxBody().toBytes()) {
            return Mono.error(bodyTooLarge());
        }
        return headers.getContentLength() <= 0 && !headers.containsHeader(HttpHeaders.TRANSFER_ENCODING)
                ? chain.filter(exchange)
                : read(request.getBody()).flatMap(body -> chain.filter(exchange.mutate().request(repeatable(exchange,
                        body)).build()));
    }

    private Mono<byte[]> read(Flux<DataBuffer> body) {
        return DataBufferUtils.join(body, Math.toIntExact(limits.maxBody().toBytes())).map(RequestLimitsFilter::bytes)
                .defaultIfEmpty(new byte[0]).timeout(limits.bodyTimeout())
                .onErrorMap(DataBufferLimitException.class, _ -> bodyTooLarge())
                .onErrorMap(TimeoutException.class, _ -> new Problem.Rejection(new Problem(
                        HttpStatus.REQUEST_TIMEOUT, "body-too-slow", "The request body arrived too slowly",
                        "It must arrive within " + limits.bodyTimeout().toSeconds() + " seconds.")));
    }

    private static byte[] bytes(DataBuffer joined) {
        byte[] bytes = new byte[joined.readableByteCount()];
        joined.read(bytes);
        DataBufferUtils.release(joined);
        return bytes;
    }

    private static ServerHttpRequest repeatable(ServerWebExchange exchange, byte[] body) {
        return new ServerHttpRequestDecorator(exchange.getRequest()) {
            @Override
            public Flux<DataBuffer> getBody() {
                return Flux.defer(() -> Flux.just(exchange.getResponse().bufferFactory().wrap(body)));
            }
        };
    }

    private static long size(HttpHeaders headers) {
        return headers.headerSet().stream()
                .mapToLong(header -> header.getValue().stream()
                        .mapToLong(value -> header.getKey().length() + value.length() + 4L).sum())
                .sum();
    }

    private Problem.Rejection bodyTooLarge() {
        return new Problem.Rejection(new Problem(HttpStatus.CONTENT_TOO_LARGE, "body-too-large",
                "The request body is too large", "At most " + limits.maxBody().toBytes() + " bytes are accepted."));
    }

    private static Mono<Void> reject(HttpStatus status, String slug, String title, String detail) {
        return Mono.error(new Problem.Rejection(new Problem(status, slug, title, detail)));
    }
}
