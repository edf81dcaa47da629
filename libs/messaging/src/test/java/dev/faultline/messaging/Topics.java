package dev.faultline.messaging;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;

import dev.faultline.testing.Kafka;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Direct access to Kafka for tests. */
final class Topics {
    private static final AtomicInteger COUNT = new AtomicInteger();

    private Topics() {}

    static Map<String, Object> connection() {
        return connection(Kafka.shared().bootstrapServers());
    }

    static Map<String, Object> connection(String bootstrapServers) {
        return Map.of("bootstrap.servers", bootstrapServers);
    }

    /** The connection of a consumer whose close need not wait for the broker to answer its last fetch. */
    static Map<String, Object> consumerConnection() {
        return consumerConnection(connection());
    }

    private static Map<String, Object> consumerConnection(Map<String, Object> connection) {
        var consumer = new HashMap<>(connection);
        consumer.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 10);
        return consumer;
    }

    /** Creates a new topic and its dead-letter topic. */
    static String create(int partitions) {
        String topic = "topic-" + COUNT.incrementAndGet();
        create(topic, partitions, Map.of());
        create(MessageTopics.deadLetterTopic(topic), partitions, Map.of());
        return topic;
    }

    static void create(String topic, int partitions, Map<String, String> settings) {
        create(connection(), topic, partitions, settings);
    }

    static void create(Map<String, Object> connection, String topic, int partitions, Map<String, String> settings) {
        try (var admin = Admin.create(connection)) {
            admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1).configs(settings))).all().get();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** Sends a message as a relay does and returns its id. */
    static UUID send(String topic, String key, String type, String body) {
        UUID id = UUID.randomUUID();
        send(topic, key, Map.of("id", id.toString(), "type", type), body);
        return id;
    }

    static void send(String topic, String key, Map<String, String> headers, String body) {
        try (var producer = new KafkaProducer<>(connection(), new StringSerializer(), new ByteArraySerializer())) {
            var message = new ProducerRecord<>(topic, key, body.getBytes(UTF_8));
            headers.forEach((name, value) -> message.headers().add(name, value.getBytes(UTF_8)));
            producer.send(message).get();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** Reads all records of the topic, by partition. */
    static List<ConsumerRecord<String, byte[]>> read(String topic) {
        return read(connection(), topic);
    }

    static List<ConsumerRecord<String, byte[]>> read(Map<String, Object> connection, String topic) {
        try (var consumer = new KafkaConsumer<>(consumerConnection(connection), new StringDeserializer(),
                new ByteArrayDeserializer())) {
            var partitions = new ArrayList<TopicPartition>();
            for (PartitionInfo partition : consumer.partitionsFor(topic)) {
                partitions.add(new TopicPartition(topic, partition.partition()));
            }
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            var records = new ArrayList<ConsumerRecord<String, byte[]>>();
            while (partitions.stream().anyMatch(partition -> consumer.position(partition) < ends.getOrDefault(partition,
                    0L))) {
                consumer.poll(Duration.ofMillis(100)).forEach(records::add);
            }
            return records;
        }
    }

    static String header(ConsumerRecord<?, ?> message, String name) {
        return String.valueOf(MessageTypes.text(message.headers(), name));
    }

    static String text(ConsumerRecord<?, byte[]> message) {
        return new String(message.value(), UTF_8);
    }
}
