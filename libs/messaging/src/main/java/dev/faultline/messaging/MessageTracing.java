package dev.faultline.messaging;

import java.util.regex.Pattern;

import io.micrometer.tracing.Span;
import io.micrometer.tracing.TraceContext;
import io.micrometer.tracing.Tracer;
import org.jspecify.annotations.Nullable;

/**
 * The way of a trace through messages, as the header {@code traceparent} of
 * <a href="https://www.w3.org/TR/trace-context/">W3C Trace Context</a>. Costs next to nothing where nothing is traced.
 */
public final class MessageTracing {
    private static final Pattern TRACEPARENT = Pattern.compile("00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}");

    private final Tracer tracer;

    MessageTracing(Tracer tracer) {
        this.tracer = tracer;
    }

    /**
     * Works within the span in which this message is handled: spans that begin meanwhile are its children, and log lines
     * carry its trace id. For handlers that look at messages one by one.
     */
    public void within(ReceivedMessage<?> message, Runnable work) {
        TraceContext context = context(message.traceparent());
        if (context == null) {
            work.run();
            return;
        }
        try (var _ = tracer.currentTraceContext().newScope(context)) {
            work.run();
        }
    }

    /** The current span in the form of a traceparent, to be handed on or kept; null if there is none. */
    public @Nullable String current() {
        Span span = tracer.currentSpan();
        return span == null ? null : traceparent(span.context());
    }

    /** Begins the span in which a message is handled, a child of the sender's. */
    Span receive(ReceivedMessage<?> message) {
        Span.Builder span = tracer.spanBuilder().name(message.payload().getClass().getSimpleName())
                .kind(Span.Kind.CONSUMER).tag("messaging.system", "kafka")
                .tag("messaging.destination.name", message.topic());
        TraceContext parent = context(message.traceparent());
        return (parent == null ? span : span.setParent(parent)).start();
    }

    /** The message as the handler sees it: what it causes is caused in this span. */
    <M> ReceivedMessage<M> handOn(ReceivedMessage<M> message, Span span) {
        String traceparent = traceparent(span.context());
        return traceparent == null ? message
                : new ReceivedMessage<>(message.id(), message.payload(), traceparent, message.topic(),
                        message.partition(), message.offset(), message.timestamp());
    }

    private static @Nullable String traceparent(TraceContext context) {
        if (context.traceId().isEmpty()) {
            return null; // nothing is traced
        }
        return "00-" + context.traceId() + "-" + context.spanId()
                + (Boolean.TRUE.equals(context.sampled()) ? "-01" : "-00");
    }

    private @Nullable TraceContext context(@Nullable String traceparent) {
        if (traceparent == null || !TRACEPARENT.matcher(traceparent).matches()) {
            return null;
        }
        return tracer.traceContextBuilder().traceId(traceparent.substring(3, 35)).spanId(traceparent.substring(36, 52))
                .sampled((Character.digit(traceparent.charAt(54), 16) & 1) == 1).build();
    }
}
