package dev.faultline.experiments.tracing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;

import dev.faultline.experiments.tracing.Span.Kind;
import dev.faultline.experiments.tracing.Trace.Hop;
import org.junit.jupiter.api.Test;

class TraceTest {
    private static final List<Span> ORDER = List.of(span("g", "client", "gateway-service", Kind.SERVER, "http post"),
            span("o", "g", "order-service", Kind.SERVER, "http post"), span("i", "o", "inventory-service",
                    Kind.CONSUMER, "ReserveStock"), span("r", "i", "order-service", Kind.CONSUMER, "StockReserved"),
            span("p", "r", "payment-service", Kind.CONSUMER, "ChargePayment"), span("call", "p", "payment-service",
                    Kind.OTHER, "http put"), span("a", "call", "acquirer-simulator", Kind.SERVER, "http put"), span("c",
                            "p", "order-service", Kind.CONSUMER, "PaymentCharged"));

    private static Span span(String id, String parent, String service, Kind kind, String name) {
        return new Span("t", id, parent, service, service + "-1", kind, name, 0, 1_000_000);
    }

    @Test
    void isWholeIfEveryHopIsCausedByTheOneBefore() {
        var trace = new Trace("client", ORDER);

        assertThat(trace.isWhole()).isTrue();
        assertThat(trace.services()).isEqualTo(5);
        assertThat(trace.depth(ORDER.get(6))).isEqualTo(6);
    }

    @Test
    void namesTheHopThatIsMissingAndThoseAfterIt() {
        var trace = new Trace("client", without("p"));

        assertThat(trace.missing()).extracting(Hop::name).containsExactly("ChargePayment", "", "PaymentCharged");
        assertThat(trace.orphans()).extracting(Span::id).containsExactlyInAnyOrder("call", "c");
    }

    @Test
    void isBrokenIfAHopWasCausedByNothing() {
        List<Span> spans = without("i");
        spans.add(span("i", "", "inventory-service", Kind.CONSUMER, "ReserveStock"));
        var trace = new Trace("client", spans);

        assertThat(trace.isWhole()).isFalse();
        assertThat(trace.missing()).extracting(Hop::name).contains("ReserveStock");
        assertThat(trace.orphans()).extracting(Span::id).containsExactly("i");
    }

    @Test
    void isBrokenIfTheClientsSpanDidNotCauseIt() {
        assertThat(new Trace("another", ORDER).isWhole()).isFalse();
        assertThat(new Trace("client", List.of()).isWhole()).isFalse();
    }

    private static List<Span> without(String id) {
        var spans = new ArrayList<>(ORDER);
        spans.removeIf(span -> span.id().equals(id));
        return spans;
    }
}
