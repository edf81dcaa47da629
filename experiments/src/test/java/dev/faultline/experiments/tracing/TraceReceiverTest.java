package dev.faultline.experiments.tracing;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;

import com.google.protobuf.ByteString;
import dev.faultline.experiments.tracing.Span.Kind;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span.SpanKind;
import org.junit.jupiter.api.Test;

class TraceReceiverTest {
    @Test
    void keepsTheSpansOfARequest() throws Exception {
        var request = ExportTraceServiceRequest.newBuilder().addResourceSpans(ResourceSpans.newBuilder().setResource(
                Resource.newBuilder().addAttributes(attribute("service.name", "order-service")).addAttributes(attribute(
                        "service.instance.id", "order-service-2"))).addScopeSpans(ScopeSpans.newBuilder().addSpans(
                                io.opentelemetry.proto.trace.v1.Span.newBuilder().setTraceId(bytes(1, 2)).setSpanId(
                                        bytes(3)).setParentSpanId(bytes(4)).setKind(SpanKind.SPAN_KIND_CONSUMER)
                                        .setName("StockReserved").setStartTimeUnixNano(5).setEndTimeUnixNano(7))))
                .build();

        try (var receiver = new TraceReceiver()) {
            assertThat(send(receiver, request.toByteArray())).isEqualTo(200);
            assertThat(receiver.spans()).containsExactly(new Span("0102", "03", "04", "order-service",
                    "order-service-2", Kind.CONSUMER, "StockReserved", 5, 7));
            assertThat(receiver.spans("0102")).hasSize(1);
            assertThat(receiver.spans("0103")).isEmpty();
        }
    }

    @Test
    void refusesWhatIsNoTrace() throws Exception {
        try (var receiver = new TraceReceiver()) {
            assertThat(send(receiver, new byte[]{0x0a, 0x7f, 1})).isEqualTo(400);
            assertThat(receiver.spans()).isEmpty();
        }
    }

    private static KeyValue attribute(String key, String value) {
        return KeyValue.newBuilder().setKey(key).setValue(AnyValue.newBuilder().setStringValue(value)).build();
    }

    private static ByteString bytes(int... values) {
        var bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return ByteString.copyFrom(bytes);
    }

    private static int send(TraceReceiver receiver, byte[] body) throws Exception {
        try (var http = HttpClient.newHttpClient()) {
            return http.send(HttpRequest.newBuilder(receiver.url()).header("Content-Type", "application/x-protobuf")
                    .POST(BodyPublishers.ofByteArray(body)).build(), BodyHandlers.discarding()).statusCode();
        }
    }
}
