package dev.faultline.messaging;

import java.time.Duration;
import java.util.stream.Stream;

import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.TopicConfig;
import org.springframework.kafka.config.TopicBuilder;
import org.springframework.kafka.core.KafkaAdmin.NewTopics;

/**
 * Declares topics as messages need them. A service declares, as a bean, each topic that it sends to or receives from:
 * whoever comes first creates it.
 */
public final class MessageTopics {
    private static final String DEAD_LETTERS = ".dead-letters";

    private final MessagingProperties.Topics properties;

    MessageTopics(MessagingProperties.Topics properties) {
        this.properties = properties;
    }

    /** These topics, and for each the topic of its dead letters. */
    public NewTopics of(String... topics) {
        return new NewTopics(Stream.of(topics)
                .flatMap(topic -> Stream.of(topic(topic, properties.retention()),
                        topic(deadLettersOf(topic), properties.deadLetterRetention())))
                .toArray(NewTopic[]::new));
    }

    /** Where messages of this topic go that could not be handled. */
    public static String deadLettersOf(String topic) {
        return topic + DEAD_LETTERS;
    }

    /** Segments of a day bound how much longer than its retention a message may stay: Kafka removes whole segments. */
    private NewTopic topic(String name, Duration retention) {
        var topic = TopicBuilder.name(name).partitions(properties.partitions())
                .config(TopicConfig.RETENTION_MS_CONFIG, Long.toString(retention.toMillis()))
                .config(TopicConfig.SEGMENT_MS_CONFIG, Long.toString(MessagingProperties.Topics.SEGMENT.toMillis()));
        if (properties.replicationFactor() != null) {
            topic.replicas(properties.replicationFactor());
        }
        return topic.build();
    }
}
