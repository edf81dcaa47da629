package dev.faultline.messaging;

import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * A message to be sent.
 *
 * @param topic must exist, see {@link MessageTopics}
 * @param key messages of one key are handled in the order in which they were appended
 * @param payload a record; its simple class name is the message's type on the wire, its JSON the body
 * @param traceparent what this message was caused by, in the form of
 *        <a href="https://www.w3.org/TR/trace-context/#traceparent-header">W3C Trace Context</a>; null for the span that
 *        is current when the message is appended, if there is one
 */
public record OutgoingMessage(String topic, String key, Object payload, @Nullable String traceparent) {
    private static final Pattern TOPIC = Pattern.compile("[a-zA-Z0-9._-]{1,249}");

    /** @throws IllegalArgumentException if Kafka would refuse the topic's name */
    public OutgoingMessage {
        // Refused here, where the caller can be told: a relay that meets such a name can only drop the message.
        if (!TOPIC.matcher(topic).matches()) {
            throw new IllegalArgumentException("not a topic's name: " + topic);
        }
    }

    /** Caused by what the current span stands for. */
    public OutgoingMessage(String topic, String key, Object payload) {
        this(topic, key, payload, null);
    }
}
