package dev.faultline.experiments.tracing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.HexFormat;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.faultline.backing.FaultlineException;
import dev.faultline.experiments.tracing.Span.Kind;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.Span.SpanKind;

/**
 * Receives traces in <a href="https://opentelemetry.io/docs/specs/otlp/#otlphttp">OTLP over HTTP</a>, in binary protobuf,
 * and keeps every span.
 */
final class TraceReceiver implements AutoCloseable {
    private static final String PATH = "/v1/traces";

    private final Queue<Span> spans = new ConcurrentLinkedQueue<>();
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpServer server;

    /** Listens on a free port, on loopback. */
    TraceReceiver() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new FaultlineException("No server can be started: " + e.getMessage(), e);
        }
        server.setExecutor(executor);
        server.createContext(PATH, this::receive);
        server.start();
    }

    /** Where services have to send their spans. */
    URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + PATH);
    }

    /** Those that have arrived, of all traces. */
    List<Span> spans() {
        return List.copyOf(spans);
    }

    /** Those that have arrived, of one trace. */
    List<Span> spans(String trace) {
        return spans.stream().filter(span -> span.trace().equals(trace)).toList();
    }

    private void receive(HttpExchange exchange) throws IOException {
        try (exchange) {
            ExportTraceServiceRequest request;
            try {
                request = ExportTraceServiceRequest.parseFrom(exchange.getRequestBody());
            } catch (InvalidProtocolBufferException e) {
                exchange.sendResponseHeaders(400, -1);
                return;
            }
            request.getResourceSpansList().forEach(this::keep);
            byte[] response = ExportTraceServiceResponse.getDefaultInstance().toByteArray();
            exchange.getResponseHeaders().set("Content-Type", "application/x-protobuf");
            exchange.sendResponseHeaders(200, response.length == 0 ? -1 : response.length);
            exchange.getResponseBody().write(response);
        }
    }

    private void keep(ResourceSpans sent) {
        String service = attribute(sent.getResource(), "service.name");
        String node = attribute(sent.getResource(), "service.instance.id");
        sent.getScopeSpansList().stream().flatMap(scope -> scope.getSpansList().stream()).map(span -> new Span(hex(span
                .getTraceId()), hex(span.getSpanId()), hex(span.getParentSpanId()), service, node, kind(span.getKind()),
                span.getName(), span.getStartTimeUnixNano(), span.getEndTimeUnixNano())).forEach(spans::add);
    }

    private static Kind kind(SpanKind kind) {
        return switch (kind) {
            case SPAN_KIND_SERVER -> Kind.SERVER;
            case SPAN_KIND_CONSUMER -> Kind.CONSUMER;
            default -> Kind.OTHER;
        };
    }

    private static String attribute(Resource resource, String key) {
        return resource.getAttributesList().stream().filter(one -> one.getKey().equals(key)).map(one -> one.getValue()
                .getStringValue()).findFirst().orElse("");
    }

    private static String hex(ByteString bytes) {
        return HexFormat.of().formatHex(bytes.toByteArray());
    }

    @Override
    public void close() {
        server.stop(0);
        executor.shutdownNow();
    }
}
