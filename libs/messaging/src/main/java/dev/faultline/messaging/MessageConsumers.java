package dev.faultline.messaging;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.BaseUnits;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.springframework.kafka.KafkaException;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;
import org.springframework.kafka.listener.ConcurrentMessageListenerContainer;
import org.springframework.kafka.listener.ContainerProperties;
import org.springframework.kafka.listener.DefaultErrorHandler;
import org.springframework.util.backoff.BackOff;
import org.springframework.util.backoff.ExponentialBackOff;
import org.springframework.util.backoff.FixedBackOff;
import tools.jackson.databind.json.JsonMapper;

/** Creates the listener containers that call a service's {@link MessageHandler}s. */
public final class MessageConsumers {
    private static final Duration COMMIT_INTERVAL = Duration.ofSeconds(1);

    private final Map<String, Object> kafka;
    private final MessagingProperties.Consumers properties;
    private final JsonMapper json;
    private final MessageTracing tracing;
    private final DeadLetterPublisher deadLetters;
    private final MeterRegistry meters;

    /** @param kafka properties common to all consumers; those that the guarantees depend on are overridden */
    MessageConsumers(Map<String, Object> kafka, MessagingProperties.Consumers properties, JsonMapper json,
            MessageTracing tracing, DeadLetterPublisher deadLetters, MeterRegistry meters) {
        this.kafka = kafka;
        this.properties = properties;
        this.json = json;
        this.tracing = tracing;
        this.deadLetters = deadLetters;
        this.meters = meters;
    }

    /**
     * Creates a container for one topic. Register it as a bean, so that it starts and stops with the service. Offsets
     * are committed after the handler has returned, up to a second later while messages arrive. A new group starts
     * at the earliest offset.
     *
     * @param group the consumer group, which is shared by the instances of a service
     * @param messageType a sealed interface that permits records, or other such interfaces; a message of another type
     *        becomes a dead letter
     */
    public <M> ConcurrentMessageListenerContainer<String, byte[]> container(String topic, String group,
            Class<M> messageType, MessageHandler<M> handler) {
        var settings = new ContainerProperties(topic);
        settings.setGroupId(group);
        // By time, not per batch: after a crash, more messages are redelivered, which handlers recognize.
        settings.setAckMode(ContainerProperties.AckMode.TIME);
        settings.setAckTime(COMMIT_INTERVAL.toMillis());
        // The next batch does not wait for a commit.
        settings.setSyncCommits(false);
        settings.setMessageListener(new MessageListener<>(new MessageTypes<>(messageType, json), handler, tracing,
                DistributionSummary.builder("faultline.messages.batch.size").baseUnit(BaseUnits.MESSAGES)
                        .description("messages in a polled batch").tag("topic", topic).register(meters)));
        var container = new ConcurrentMessageListenerContainer<>(
                new DefaultKafkaConsumerFactory<String, byte[]>(consumerProperties()), settings);
        container.setConcurrency(properties.concurrency());
        container.setCommonErrorHandler(errorHandler());
        return container;
    }

    private Map<String, Object> consumerProperties() {
        var consumer = new HashMap<>(kafka);
        consumer.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, StringDeserializer.class);
        consumer.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        consumer.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        consumer.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        consumer.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        consumer.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, properties.maxPollRecords());
        consumer.put(ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG, Math.toIntExact(properties.maxPollInterval()
                .toMillis()));
        // The classic protocol lets the client choose the session timeout, and with it the failover time after a crash.
        // In the newer protocol the broker sets it, to no less than 45 s.
        consumer.putIfAbsent(ConsumerConfig.GROUP_PROTOCOL_CONFIG, "classic");
        if (consumer.get(ConsumerConfig.GROUP_PROTOCOL_CONFIG).equals("classic")) {
            consumer.putIfAbsent(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, 6_000);
            consumer.putIfAbsent(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, 1_500);
            consumer.putIfAbsent(ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
                    CooperativeStickyAssignor.class.getName());
        }
        consumer.putIfAbsent(CommonClientConfigs.METADATA_MAX_AGE_CONFIG, 30_000);
        return consumer;
    }

    private DefaultErrorHandler errorHandler() {
        var handler = new DefaultErrorHandler(deadLetters, exponentialBackOff(properties.attempts() - 1));
        handler.setBackOffFunction((_, failure) -> switch (failure) {
            case Failure.Transient _ -> exponentialBackOff(Long.MAX_VALUE);
            case Failure.Unreadable _ -> new FixedBackOff(0, 0);
            default -> null; // the handler's back-off
        });
        handler.setLogLevel(KafkaException.Level.WARN);
        return handler;
    }

    private BackOff exponentialBackOff(long retries) {
        var backOff = new ExponentialBackOff(properties.backOff().toMillis(), 2);
        backOff.setMaxInterval(properties.maxBackOff().toMillis());
        backOff.setMaxAttempts(retries);
        return backOff;
    }
}
