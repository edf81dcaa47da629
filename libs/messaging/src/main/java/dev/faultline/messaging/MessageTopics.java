package dev.faultline.messaging;

import java.time.Duration;
import java.util.stream.Stream;

import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.TopicConfig;
import org.springframework.kafka.config.TopicBuilder;
import org.springframework.kafka.core.KafkaAdmin.NewTopics;

/**
 * Declares topics with the settings that messages require. Each service declares, as a bean, every topic that it
 * produces to or consumes from; the first service to start creates it.
 */
public final class MessageTopics {
    private static final String DEAD_LETTERS = ".dead-letters";

    private final MessagingProperties.Topics properties;

    MessageTopics(MessagingProperties.Topics properties) {
        this.properties = properties;
    }

    /** The given topics and their dead-letter topics. */
    public NewTopics of(String... topics) {
        return new NewTopics(Stream.of(topics)
                .flatMap(topic -> Stream.of(topic(topic, properties.retention()),
                        topic(deadLetterTopic(topic), properties.deadLetterRetention())))
                .toArray(NewTopic[]::new));
    }

    /** The dead-letter topic of a topic. */
    public static String deadLetterTopic(String topic) {
        return topic + DEAD_LETTERS;
    }

    /** Kafka deletes whole segments, so segments of one day bound how long a message outlives its retention. */
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
