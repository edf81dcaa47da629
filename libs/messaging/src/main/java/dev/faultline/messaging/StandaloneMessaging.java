package dev.faultline.messaging;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.micrometer.tracing.Tracer;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.kafka.core.DefaultKafkaProducerFactory;
import tools.jackson.databind.json.JsonMapper;

/**
 * The relays and consumers of a program without Spring Boot: a service's, with the default settings, and without metrics and
 * tracing. Topics and their {@linkplain MessageTopics#deadLetterTopic dead-letter topics} must exist. Stop what it made
 * before it is closed.
 */
public final class StandaloneMessaging implements AutoCloseable {
    private final Map<String, Object> connection;
    private final MessagingProperties properties = new Binder().bindOrCreate("faultline.messaging",
            MessagingProperties.class);
    private final MeterRegistry meters = new CompositeMeterRegistry();
    private final DefaultKafkaProducerFactory<String, byte[]> producers;

    /** @param connection the properties with which Kafka's clients connect, {@code bootstrap.servers} at least */
    public StandaloneMessaging(Map<String, ?> connection) {
        this.connection = Map.copyOf(connection);
        this.producers = new DefaultKafkaProducerFactory<>(MessagingAutoConfiguration.producerProperties(
                this.connection));
        producers.setPhysicalCloseTimeout(Math.toIntExact(properties.outbox().stopTimeout().toSeconds()));
    }

    /** Relays that are not started yet. */
    public OutboxRelays relays(List<OutboxDatabase> databases) {
        return new OutboxRelays(databases.stream().map(database -> new OutboxRelay(database, properties.outbox(),
                producers, () -> {}, meters)).toList());
    }

    public MessageConsumers consumers() {
        return new MessageConsumers(new HashMap<>(connection), properties.consumers(), JsonMapper.shared(),
                new MessageTracing(Tracer.NOOP), new DeadLetterPublisher(producers, properties.consumers().attempts(),
                        meters),
                meters);
    }

    @Override
    public void close() {
        producers.destroy();
    }
}
