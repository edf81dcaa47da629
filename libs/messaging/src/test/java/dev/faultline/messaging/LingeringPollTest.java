package dev.faultline.messaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.stream.StreamSupport;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Tag("integration")
class LingeringPollTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(20);
    private static final Duration LINGER = Duration.ofSeconds(2);

    private final String topic = Topics.create(2);
    private final BatchPacing pacing = new BatchPacing(Duration.ofHours(1));
    private final KafkaConsumer<String, byte[]> kafka = kafka();
    private Consumer<String, byte[]> consumer = LingeringPoll.of(kafka, pacing, LINGER, 4);

    private static KafkaConsumer<String, byte[]> kafka() {
        var properties = new HashMap<>(Topics.connection());
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        return new KafkaConsumer<>(properties, new StringDeserializer(), new ByteArrayDeserializer());
    }

    @AfterEach
    void close() {
        kafka.close();
    }

    private void assignAndSendLater(String... later) {
        consumer.assign(List.of(new TopicPartition(topic, 0), new TopicPartition(topic, 1)));
        Topics.send(topic, "a", "Hello", "first");
        Thread.ofVirtual().start(() -> {
            for (String body : later) {
                Topics.send(topic, body, "Hello", body);
            }
        });
    }

    private ConsumerRecords<String, byte[]> poll() {
        long deadline = System.nanoTime() + TIMEOUT.toNanos();
        ConsumerRecords<String, byte[]> records;
        do {
            records = consumer.poll(Duration.ofMillis(100));
        } while (records.isEmpty() && System.nanoTime() < deadline);
        return records;
    }

    private static List<String> texts(ConsumerRecords<String, byte[]> records) {
        return StreamSupport.stream(records.spliterator(), false).map(Topics::text).toList();
    }

    private void makeBusy() {
        for (int batch = 0; batch < 8; batch++) {
            assertThat(pacing.delay(System.nanoTime())).isZero();
        }
    }

    @Test
    void aBusyConsumerTakesWhatArrivesWhileItLingers() {
        makeBusy();
        assignAndSendLater("second", "third");
        ConsumerRecords<String, byte[]> batch = poll();
        assertThat(texts(batch)).containsExactlyInAnyOrder("first", "second", "third");
        batch.partitions().forEach(partition -> assertThat(batch.nextOffsets().get(partition).offset())
                .isEqualTo(batch.records(partition).getLast().offset() + 1));
    }

    @Test
    @Timeout(60)
    void anIdleConsumerDoesNotWait() {
        consumer = LingeringPoll.of(kafka, pacing, Duration.ofHours(1), 4);
        assignAndSendLater();
        assertThat(texts(poll())).containsExactly("first");
    }
}
