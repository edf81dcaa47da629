package dev.faultline.experiments.tracing;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;

import dev.faultline.experiments.tracing.Span.Kind;
import org.jspecify.annotations.Nullable;

/** The spans of one trace, and whether they tell the way of an order. */
final class Trace {
    /** Through which a confirmed order passes, and at which of them it came from another one. */
    static final List<Hop> HOPS = List.of(new Hop("gateway-service", Kind.SERVER, "", null),
            new Hop("order-service", Kind.SERVER, "", 0), new Hop("inventory-service", Kind.CONSUMER, "ReserveStock",
                    1),
            new Hop("order-service", Kind.CONSUMER, "StockReserved", 2), new Hop("payment-service", Kind.CONSUMER,
                    "ChargePayment", 3), new Hop("acquirer-simulator", Kind.SERVER, "", 4), new Hop("order-service",
                            Kind.CONSUMER, "PaymentCharged", 4));

    private final String origin;
    private final List<Span> spans;
    private final Map<String, Span> byId;

    /**
     * @param origin the id of the span outside of the platform that everything is caused by
     * @param spans  of the same trace
     */
    Trace(String origin, List<Span> spans) {
        this.origin = origin;
        this.spans = spans.stream().sorted(Comparator.comparingLong(Span::startNs)).toList();
        this.byId = this.spans.stream().collect(Collectors.toMap(Span::id, Function.identity(), (one, _) -> one));
    }

    /**
     * A station of an order.
     *
     * @param name  of its span; empty for any
     * @param cause the index of the hop from which it is reached; null for the client
     */
    record Hop(String service, Kind kind, String name, @Nullable Integer cause) {
        private boolean isAt(Span span) {
            return span.service().equals(service) && span.kind() == kind && (name.isEmpty() || span.name().equals(
                    name));
        }

        String text() {
            return name.isEmpty() ? service : name + " at " + service;
        }
    }

    List<Span> spans() {
        return spans;
    }

    /** Those whose cause is neither among the spans nor the origin: where the trace is broken. */
    List<Span> orphans() {
        return spans.stream().filter(span -> !span.parent().equals(origin) && !byId.containsKey(span.parent()))
                .toList();
    }

    /** The hops that no span shows, or none that is caused by the hop before. */
    List<Hop> missing() {
        var found = new ArrayList<@Nullable Span>();
        var missing = new ArrayList<Hop>();
        for (Hop hop : HOPS) {
            Span cause = hop.cause == null ? null : found.get(hop.cause);
            Span at = spans.stream().filter(hop::isAt).filter(span -> hop.cause == null ? isCausedBy(span, origin)
                    : cause != null && isCausedBy(span, cause.id())).findFirst().orElse(null);
            found.add(at);
            if (at == null) {
                missing.add(hop);
            }
        }
        return missing;
    }

    /** Whether it shows every hop, each caused by the one before, and nothing without a cause. */
    boolean isWhole() {
        return missing().isEmpty() && orphans().isEmpty();
    }

    /** Directly, or through spans in between. */
    private boolean isCausedBy(Span span, String cause) {
        for (Span one = span; one != null; one = byId.get(one.parent())) {
            if (one.parent().equals(cause)) {
                return true;
            }
        }
        return false;
    }

    /** From the first span's beginning to the last one's end. */
    double lengthMs() {
        return spans.isEmpty() ? 0 : (spans.stream().mapToLong(Span::endNs).max().orElseThrow() - spans.getFirst()
                .startNs()) / 1e6;
    }

    /** How many spans are above it. */
    int depth(Span span) {
        int depth = 0;
        for (Span one = byId.get(span.parent()); one != null && depth < spans.size(); one = byId.get(one.parent())) {
            depth++;
        }
        return depth;
    }

    long services() {
        return spans.stream().map(Span::service).filter(Objects::nonNull).distinct().count();
    }
}
