package dev.faultline.local.proof.reading;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import dev.faultline.local.parts.RefusedException;
import dev.faultline.local.proof.history.Observed.DeadLetter;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** What lies in Kafka's dead-letter topics, read without a group, so that nobody's place in them changes. */
final class DeadLetters {
    private static final String SUFFIX = ".dead-letters";
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    private DeadLetters() {}

    /** @throws RefusedException if Kafka does not tell within 20 seconds */
    static List<DeadLetter> read(String bootstrapServers) {
        Map<String, Object> options = Map.of("bootstrap.servers", bootstrapServers, "enable.auto.commit", false,
                "auto.offset.reset", "earliest", "default.api.timeout.ms", (int) TIMEOUT.toMillis());
        try (var consumer = new KafkaConsumer<>(options, new StringDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.listTopics().entrySet().stream()
                    .filter(topic -> topic.getKey().endsWith(SUFFIX)).flatMap(topic -> topic.getValue().stream())
                    .map(partition -> new TopicPartition(partition.topic(), partition.partition())).toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            var letters = new ArrayList<DeadLetter>();
            long deadline = System.nanoTime() + TIMEOUT.toNanos();
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                if (System.nanoTime() > deadline) {
                    throw new RefusedException("Kafka did not hand out the dead letters within " + TIMEOUT.toSeconds()
                            + " seconds. See ./faultline status.");
                }
                consumer.poll(Duration.ofMillis(200)).forEach(record -> letters.add(letter(record)));
            }
            return letters;
        } catch (KafkaException e) {
            throw new RefusedException("Kafka at " + bootstrapServers + " did not tell of dead letters: " + e
                    .getMessage() + ". See ./faultline status.", e);
        }
    }

    private static DeadLetter letter(ConsumerRecord<String, byte[]> record) {
        var reason = record.headers().lastHeader("dead-letter-reason");
        return new DeadLetter(record.topic(), String.valueOf(record.key()), reason == null ? "no reason is given"
                : new String(reason.value(), StandardCharsets.UTF_8));
    }
}
