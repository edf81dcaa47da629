package dev.faultline.messaging;

import java.security.SecureRandom;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.micrometer.tracing.Tracer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.kafka.autoconfigure.KafkaAutoConfiguration;
import org.springframework.boot.kafka.autoconfigure.KafkaConnectionDetails;
import org.springframework.boot.kafka.autoconfigure.KafkaProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.kafka.core.DefaultKafkaProducerFactory;
import org.springframework.kafka.core.KafkaAdmin;
import org.springframework.kafka.core.ProducerFactory;
import tools.jackson.databind.json.JsonMapper;

/** Messaging over Spring Boot's Kafka connection, with relays for a service that has {@link OutboxDatabases}. */
@AutoConfiguration(after = KafkaAutoConfiguration.class)
@EnableConfigurationProperties(MessagingProperties.class)
class MessagingAutoConfiguration {
    private static final String PRODUCER_FACTORY = "messageProducerFactory";

    @Bean
    MessageTracing messageTracing(ObjectProvider<Tracer> tracer) {
        return new MessageTracing(tracer.getIfAvailable(() -> Tracer.NOOP));
    }

    @Bean
    Outbox outbox(JsonMapper json, MessageTracing tracing, MessagingProperties properties,
            ObjectProvider<Clock> clock) {
        return new Outbox(json, tracing, properties.outbox().maxMessageSize().toBytes(),
                clock.getIfAvailable(Clock::systemUTC), new SecureRandom());
    }

    @Bean
    MessageTopics messageTopics(MessagingProperties properties) {
        return new MessageTopics(properties.topics());
    }

    /** The producer factory of relays and dead letters. */
    @Bean(name = PRODUCER_FACTORY, defaultCandidate = false)
    DefaultKafkaProducerFactory<String, byte[]> messageProducerFactory(KafkaProperties kafka,
            KafkaConnectionDetails connection, MessagingProperties properties) {
        Map<String, Object> producer = kafka.buildProducerProperties();
        producer.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, connection.getProducer().getBootstrapServers());
        var producers = new DefaultKafkaProducerFactory<String, byte[]>(producerProperties(producer));
        producers.setPhysicalCloseTimeout(Math.toIntExact(properties.outbox().stopTimeout().toSeconds()));
        return producers;
    }

    /** The producer settings that the delivery guarantees depend on. */
    static Map<String, Object> producerProperties(Map<String, Object> kafka) {
        var producer = new HashMap<>(kafka);
        producer.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, StringSerializer.class);
        producer.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        producer.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        producer.put(ProducerConfig.ACKS_CONFIG, "all");
        producer.put(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, 5);
        // Sends are retried indefinitely, because skipping one would reorder the messages of its key.
        producer.put(ProducerConfig.RETRIES_CONFIG, Integer.MAX_VALUE);
        producer.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, Integer.MAX_VALUE);
        // The relay hands over a batch at once; a moment for all of it to be in one request.
        producer.put(ProducerConfig.LINGER_MS_CONFIG, 1);
        producer.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 5_000);
        producer.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 10_000);
        return producer;
    }

    @Bean
    DeadLetterPublisher deadLetters(@Qualifier(PRODUCER_FACTORY) ProducerFactory<String, byte[]> producers,
            MessagingProperties properties, ObjectProvider<MeterRegistry> meters) {
        return new DeadLetterPublisher(producers, properties.consumers().attempts(), registry(meters));
    }

    @Bean
    MessageConsumers messageConsumers(KafkaProperties kafka, KafkaConnectionDetails connection,
            MessagingProperties properties, JsonMapper json, MessageTracing tracing, DeadLetterPublisher deadLetters,
            ObjectProvider<MeterRegistry> meters) {
        Map<String, Object> consumer = new HashMap<>(kafka.buildConsumerProperties());
        consumer.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, connection.getConsumer().getBootstrapServers());
        return new MessageConsumers(consumer, properties.consumers(), json, tracing, deadLetters, registry(meters));
    }

    @Bean
    @ConditionalOnBean(OutboxDatabases.class)
    OutboxRelays outboxRelays(OutboxDatabases databases, MessagingProperties properties,
            @Qualifier(PRODUCER_FACTORY) ProducerFactory<String, byte[]> producers, KafkaAdmin admin,
            ObjectProvider<MeterRegistry> meters) {
        return new OutboxRelays(databases.all().stream().map(database -> new OutboxRelay(database, properties.outbox(),
                producers, admin::initialize, registry(meters))).toList());
    }

    private static MeterRegistry registry(ObjectProvider<MeterRegistry> meters) {
        return meters.getIfAvailable(CompositeMeterRegistry::new);
    }
}
