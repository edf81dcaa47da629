package dev.faultline.messaging;

import java.util.regex.Pattern;

import io.micrometer.tracing.Span;
import io.micrometer.tracing.TraceContext;
import io.micrometer.tracing.Tracer;
import org.jspecify.annotations.Nullable;

/**
 * Propagates traces through messages in the header {@code traceparent} of <a
 * href="https://www.w3.org/TR/trace-context/">W3C Trace Context</a>. The overhead without tracing is negligible.
 */
public final class MessageTracing {
    private static final Pattern TRACEPARENT = Pattern.compile("00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}");

    private final Tracer tracer;

    MessageTracing(Tracer tracer) {
        this.tracer = tracer;
    }

    /**
     * Runs the work in the message's span: spans started by it are children, and its log lines have the trace id. For
     * handlers that process the messages of a batch individually.
     */
    public void runInSpan(ReceivedMessage<?> message, Runnable work) {
        TraceContext context = context(message.traceparent());
        if (context == null) {
            work.run();
            return;
        }
        try (var _ = tracer.currentTraceContext().newScope(context)) {
            work.run();
        }
    }

    /** The current span as a traceparent; null if there is none. */
    public @Nullable String currentTraceparent() {
        Span span = tracer.currentSpan();
        return span == null ? null : traceparent(span.context());
    }

    /** Starts the consumer span of a message, a child of the producer's span. */
    Span startConsumerSpan(ReceivedMessage<?> message) {
        Span.Builder span = tracer.spanBuilder().name(message.payload().getClass().getSimpleName())
                .kind(Span.Kind.CONSUMER).tag("messaging.system", "kafka")
                .tag("messaging.destination.name", message.topic());
        TraceContext parent = context(message.traceparent());
        return (parent == null ? span : span.setParent(parent)).start();
    }

    /** The message with its traceparent set to this span, for propagation to messages that it causes. */
    <M> ReceivedMessage<M> withSpan(ReceivedMessage<M> message, Span span) {
        String traceparent = traceparent(span.context());
        return traceparent == null ? message
                : new ReceivedMessage<>(message.id(), message.payload(), traceparent, message.topic(),
                        message.partition(), message.offset(), message.timestamp());
    }

    private static @Nullable String traceparent(TraceContext context) {
        if (context.traceId().isEmpty()) {
            return null; // tracing is off
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
