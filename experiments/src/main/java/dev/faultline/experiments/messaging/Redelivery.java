package dev.faultline.experiments.messaging;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;

import dev.faultline.backing.FaultlineException;
import dev.faultline.backing.Polling;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Sends messages of a topic again, as they are: key, content and headers. */
public final class Redelivery {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final Map<String, String> connection;
    private final String topic;
    private final String group;

    /**
     * @param connection the properties with which Kafka's clients connect
     * @param group      of the topic's consumers
     */
    public Redelivery(Map<String, String> connection, String topic, String group) {
        this.connection = Map.copyOf(connection);
        this.topic = topic;
        this.group = group;
    }

    /**
     * The topic's messages with these keys, in the order of their partitions.
     *
     * @throws FaultlineException if Kafka does not return them within thirty seconds
     */
    public List<ConsumerRecord<byte[], byte[]>> messages(Set<String> keys) {
        Map<String, Object> options = options(Map.of("enable.auto.commit", false, "auto.offset.reset", "earliest",
                "default.api.timeout.ms", (int) TIMEOUT.toMillis()));
        try (var consumer = new KafkaConsumer<>(options, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream().map(
                    partition -> new TopicPartition(
                            topic, partition.partition())).toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            var found = new ArrayList<ConsumerRecord<byte[], byte[]>>();
            boolean complete = Polling.until(TIMEOUT, () -> {
                consumer.poll(Duration.ofMillis(200)).forEach(message -> {
                    if (message.key() != null && keys.contains(new String(message.key(), UTF_8))) {
                        found.add(message);
                    }
                });
                return ends.entrySet().stream().allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
            });
            if (!complete) {
                throw new FaultlineException("Kafka did not return the messages of " + topic + " within " + TIMEOUT
                        .toSeconds() + " s.");
            }
            return found;
        } catch (KafkaException e) {
            throw failed(e);
        }
    }

    /** Sends them so many times more, and returns when the consumers have committed all of them. */
    public void send(List<ConsumerRecord<byte[], byte[]>> messages, int times) {
        Map<String, Object> options = options(Map.of("acks", "all"));
        try (var producer = new KafkaProducer<>(options, new ByteArraySerializer(), new ByteArraySerializer())) {
            var sent = new ArrayList<Future<RecordMetadata>>();
            for (int time = 0; time < times; time++) {
                for (var message : messages) {
                    sent.add(producer.send(new ProducerRecord<>(topic, message.partition(), message.key(), message
                            .value(), message.headers())));
                }
            }
            for (Future<RecordMetadata> each : sent) {
                each.get();
            }
        } catch (KafkaException | ExecutionException e) {
            throw failed(e);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
        awaitConsumed();
    }

    private void awaitConsumed() {
        try (var admin = Admin.create(options(Map.of()));
                var consumer = new KafkaConsumer<>(options(Map.of()),
                        new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            Map<TopicPartition, Long> ends = consumer.endOffsets(consumer.partitionsFor(topic).stream().map(
                    partition -> new TopicPartition(topic, partition.partition())).toList());
            if (!Polling.until(TIMEOUT, () -> isConsumed(admin, ends))) {
                throw new FaultlineException(group + " did not consume the repeated messages of " + topic + " within "
                        + TIMEOUT.toSeconds() + " s. See ./faultline status.");
            }
        } catch (KafkaException e) {
            throw failed(e);
        }
    }

    private boolean isConsumed(Admin admin, Map<TopicPartition, Long> ends) {
        try {
            var committed = admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get();
            return ends.entrySet().stream().allMatch(end -> end.getValue() == 0 || (committed.get(end.getKey()) != null
                    && committed.get(end.getKey()).offset() >= end.getValue()));
        } catch (ExecutionException e) {
            throw failed(e);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private Map<String, Object> options(Map<String, Object> more) {
        var options = new HashMap<String, Object>(connection);
        options.putAll(more);
        return options;
    }

    private static FaultlineException interrupted(InterruptedException cause) {
        Thread.currentThread().interrupt();
        return new FaultlineException("Interrupted.", cause);
    }

    private FaultlineException failed(Exception cause) {
        return new FaultlineException("Kafka at " + connection.get("bootstrap.servers") + " failed: " + cause
                .getMessage()
                + ". See ./faultline status.", cause);
    }
}
