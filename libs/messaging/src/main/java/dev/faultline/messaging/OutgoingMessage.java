package dev.faultline.messaging;

import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * A message to send.
 *
 * @param topic must exist, see {@link MessageTopics}
 * @param key messages with the same key are delivered in the order in which they were appended
 * @param payload a record; its simple class name is the type on the wire, its JSON the body
 * @param traceparent the cause of this message, as in <a
 *        href="https://www.w3.org/TR/trace-context/#traceparent-header">W3C Trace Context</a>; null for the span that
 *        is current when the message is appended, if any
 */
public record OutgoingMessage(String topic, String key, Object payload, @Nullable String traceparent) {
    private static final Pattern TOPIC = Pattern.compile("[a-zA-Z0-9._-]{1,249}");

    /** @throws IllegalArgumentException if the topic name is invalid */
    public OutgoingMessage {
        // Checked here, because a relay could only drop the message.
        if (!TOPIC.matcher(topic).matches()) {
            throw new IllegalArgumentException("invalid topic name: " + topic);
        }
    }

    /** A message that is caused by the current span. */
    public OutgoingMessage(String topic, String key, Object payload) {
        this(topic, key, payload, null);
    }
}
