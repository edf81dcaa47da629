package dev.faultline.deadletters;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;

import dev.faultline.backing.FaultlineException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Reads and replays the messages in dead-letter topics, whose names end with {@code .dead-letters}.
 *
 * <p>
 * A replay is recorded by a marker in the same partition as the dead letter: a record without content whose header has
 * the dead letter's offset. Markers need no topic of their own and are retained as long as the dead letters. A marker is
 * written after Kafka has acknowledged the replayed message. So a crash between the two leaves a replay without a marker,
 * and concurrent replays may send a message twice. Both are harmless: a service recognises a repeated message by its order,
 * and answers it as it did before.
 *
 * <p>
 * Thread-safe. Each call opens a new connection and holds all dead letters in memory.
 */
public final class DeadLetters {
    static final String SUFFIX = ".dead-letters";
    private static final String OWN_HEADERS = "dead-letter-";
    /** Header of a marker: the offset of the replayed dead letter. */
    private static final String REPLAYED = "dead-letter-replayed";
    /** Header of a replayed message: the number of its replays. */
    private static final String REPLAY_COUNT = "replay-count";
    /** Header of a replayed message: the id of its dead letter. */
    private static final String REPLAY_OF = "replay-of";
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    private final Map<String, String> connection;

    /** @param connection the client's properties that say how to connect, {@code bootstrap.servers} at least */
    public DeadLetters(Map<String, String> connection) {
        this.connection = Map.copyOf(connection);
    }

    /**
     * Every dead letter, oldest first. Reads without a consumer group, and so changes no committed offset.
     *
     * @throws FaultlineException if Kafka does not respond within 20 seconds
     */
    public List<DeadLetter> all() {
        var letters = new ArrayList<ConsumerRecord<byte[], byte[]>>();
        var replays = new HashMap<DeadLetter.Id, List<Instant>>();
        for (ConsumerRecord<byte[], byte[]> record : read()) {
            Header replayed = record.headers().lastHeader(REPLAYED);
            if (replayed == null) {
                letters.add(record);
            } else {
                var id = new DeadLetter.Id(record.topic(), record.partition(), Long.parseLong(new String(replayed
                        .value(),
                        UTF_8)));
                replays.computeIfAbsent(id, _ -> new ArrayList<>()).add(Instant.ofEpochMilli(record.timestamp()));
            }
        }
        return letters.stream()
                .map(letter -> new DeadLetter(letter, replays.getOrDefault(new DeadLetter.Id(letter.topic(), letter
                        .partition(),
                        letter.offset()), List.of())))
                .sorted(Comparator.comparing(DeadLetter::movedAt).thenComparingLong(letter -> letter.id().offset()))
                .toList();
    }

    /** @throws FaultlineException if there is no such dead letter, or Kafka does not respond within 20 seconds */
    public DeadLetter find(DeadLetter.Id id) {
        return all().stream().filter(letter -> letter.id().equals(id)).findFirst()
                .orElseThrow(() -> new FaultlineException("There is no dead letter " + id
                        + ". See ./faultline dead-letters list."));
    }

    /**
     * Sends the dead letters, in this order, to their original topics, with the original key, content and headers, and two
     * headers more: {@code replay-count} and {@code replay-of}.
     *
     * @param again whether to replay dead letters that were replayed before
     * @param each  called for each dead letter after its replay
     * @throws FaultlineException if one was replayed before and {@code again} is false: then none is replayed; or if Kafka
     *                          rejects one: then those before it are replayed
     */
    public void replay(Collection<DeadLetter> letters, boolean again, Consumer<DeadLetter> each) {
        letters.stream().filter(letter -> letter.isReplayed() && !again).findFirst().ifPresent(letter -> {
            throw new FaultlineException(letter.id() + " was already replayed at " + letter.replays().getLast()
                    + ". Use --again to replay it once more.");
        });
        var options = new HashMap<String, Object>(connection);
        options.putAll(Map.of("acks", "all", "enable.idempotence", true, "linger.ms", 0, "max.block.ms", TIMEOUT
                .toMillis(), "request.timeout.ms",
                (int) TIMEOUT.toMillis() / 2, "delivery.timeout.ms", (int) TIMEOUT.toMillis()));
        try (var producer = new KafkaProducer<>(options, new ByteArraySerializer(), new ByteArraySerializer())) {
            for (DeadLetter letter : letters) {
                send(producer, replayOf(letter), letter.id() + " was not replayed");
                send(producer, markerOf(letter), letter.id() + " was replayed, but could not be marked as replayed");
                each.accept(letter);
            }
        }
    }

    private static ProducerRecord<byte[], byte[]> replayOf(DeadLetter letter) {
        var source = letter.record();
        var message = new ProducerRecord<>(letter.id().originalTopic(), null, source.key(), source.value());
        source.headers().forEach(header -> {
            if (!header.key().startsWith(OWN_HEADERS)) {
                message.headers().add(header);
            }
        });
        long before = letter.header(REPLAY_COUNT).filter(count -> count.matches("\\d{1,9}")).map(Long::parseLong)
                .orElse(0L) + letter.replays().size();
        message.headers().remove(REPLAY_COUNT).add(REPLAY_COUNT, bytes(Long.toString(before + 1)));
        message.headers().remove(REPLAY_OF).add(REPLAY_OF, bytes(letter.id().toString()));
        return message;
    }

    private static ProducerRecord<byte[], byte[]> markerOf(DeadLetter letter) {
        var marker = new ProducerRecord<byte[], byte[]>(letter.id().topic(), letter.id().partition(), letter.record()
                .key(), null);
        marker.headers().add(REPLAYED, bytes(Long.toString(letter.id().offset())));
        return marker;
    }

    private static void send(Producer<byte[], byte[]> producer, ProducerRecord<byte[], byte[]> message,
            String failure) {
        try {
            producer.send(message).get();
        } catch (ExecutionException | KafkaException e) {
            String reason = e instanceof ExecutionException ? String.valueOf(e.getCause()) : e.toString();
            throw new FaultlineException(failure + ": " + reason + ". See ./faultline status.", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FaultlineException("Interrupted.", e);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    private List<ConsumerRecord<byte[], byte[]>> read() {
        // With a short wait, because closing the consumer waits for the broker to answer its last fetch.
        var options = new HashMap<String, Object>(connection);
        options.putAll(Map.of("enable.auto.commit", false,
                "auto.offset.reset", "earliest", "default.api.timeout.ms", (int) TIMEOUT.toMillis(),
                "fetch.max.wait.ms", 10));
        try (var consumer = new KafkaConsumer<>(options, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.listTopics().entrySet().stream()
                    .filter(topic -> topic.getKey().endsWith(SUFFIX)).flatMap(topic -> topic.getValue().stream())
                    .map(partition -> new TopicPartition(partition.topic(), partition.partition())).toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            var records = new ArrayList<ConsumerRecord<byte[], byte[]>>();
            long deadline = System.nanoTime() + TIMEOUT.toNanos();
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                if (System.nanoTime() > deadline) {
                    throw new FaultlineException("Kafka did not return all dead letters within " + TIMEOUT.toSeconds()
                            + " seconds. See ./faultline status.");
                }
                consumer.poll(Duration.ofMillis(200)).forEach(records::add);
            }
            return records;
        } catch (KafkaException e) {
            throw new FaultlineException("Dead letters cannot be read from Kafka at " + connection.get(
                    "bootstrap.servers") + ": "
                    + e.getMessage() + ". See ./faultline status.", e);
        }
    }
}
