package dev.faultline.verification.deadletters;

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
 * What services have set aside, in the topics whose names end with {@code .dead-letters}, and the way back.
 *
 * <p>
 * That a dead letter was replayed is remembered beside it: a further record in the same partition, without content, names
 * its offset. So the memory needs no topic of its own, is as durable as the letter, and is kept no shorter. It is written
 * once Kafka has acknowledged the message. Whoever is killed between the two has replayed a letter that does not look it;
 * two who replay at the same moment both do it. Neither does harm beyond the work: the message keeps its id, by which
 * whoever has handled it knows it again.
 *
 * <p>
 * Thread-safe. Each call connects anew, and holds all dead letters there are in memory.
 */
public final class DeadLetters {
    /** What a topic's name ends with in which another's dead letters are. */
    static final String SUFFIX = ".dead-letters";
    private static final String OWN_HEADERS = "dead-letter-";
    /** In the record that remembers a replay: the offset of what was replayed. */
    private static final String REPLAYED = "dead-letter-replayed";
    /** In a message that was replayed: how often, over all its returns. */
    private static final String REPLAY_COUNT = "replay-count";
    /** In a message that was replayed: the dead letter's id. */
    private static final String REPLAY_OF = "replay-of";
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    private final String bootstrapServers;

    public DeadLetters(String bootstrapServers) {
        this.bootstrapServers = bootstrapServers;
    }

    /**
     * Every dead letter, the oldest first. Reads without a group, so that nobody's place in the topics changes.
     *
     * @throws FaultlineException if Kafka does not tell within 20 seconds
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

    /** @throws FaultlineException if there is none of this id, or Kafka does not tell within 20 seconds */
    public DeadLetter find(DeadLetter.Id id) {
        return all().stream().filter(letter -> letter.id().equals(id)).findFirst()
                .orElseThrow(() -> new FaultlineException("There is no dead letter " + id
                        + ". ./faultline dead-letters list shows those there are."));
    }

    /**
     * Sends them, in this order, to the topics they came from, with key, content and headers as they came then; besides
     * {@code replay-count} says how often the message was replayed, and {@code replay-of} which dead letter it was.
     *
     * @param again whether those may be replayed that were before
     * @param each  is told of each one that was replayed
     * @throws FaultlineException if one was replayed before and may not be again: then none is; or if Kafka does not take
     *                          one: then those before it are replayed
     */
    public void replay(Collection<DeadLetter> letters, boolean again, Consumer<DeadLetter> each) {
        letters.stream().filter(letter -> letter.isReplayed() && !again).findFirst().ifPresent(letter -> {
            throw new FaultlineException(letter.id() + " was replayed already, at " + letter.replays().getLast()
                    + ". Replay it once more with --again.");
        });
        Map<String, Object> options = Map.of("bootstrap.servers", bootstrapServers, "acks", "all",
                "enable.idempotence", true, "linger.ms", 0, "max.block.ms", TIMEOUT.toMillis(), "request.timeout.ms",
                (int) TIMEOUT.toMillis() / 2, "delivery.timeout.ms", (int) TIMEOUT.toMillis());
        try (var producer = new KafkaProducer<>(options, new ByteArraySerializer(), new ByteArraySerializer())) {
            for (DeadLetter letter : letters) {
                send(producer, replayOf(letter), letter.id() + " was not replayed");
                send(producer, memoryOf(letter), letter.id()
                        + " was replayed, but that could not be written down, so it does not look it");
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

    private static ProducerRecord<byte[], byte[]> memoryOf(DeadLetter letter) {
        var memory = new ProducerRecord<byte[], byte[]>(letter.id().topic(), letter.id().partition(), letter.record()
                .key(), null);
        memory.headers().add(REPLAYED, bytes(Long.toString(letter.id().offset())));
        return memory;
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
        Map<String, Object> options = Map.of("bootstrap.servers", bootstrapServers, "enable.auto.commit", false,
                "auto.offset.reset", "earliest", "default.api.timeout.ms", (int) TIMEOUT.toMillis());
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
                    throw new FaultlineException("Kafka did not hand out the dead letters within " + TIMEOUT.toSeconds()
                            + " seconds. See ./faultline status.");
                }
                consumer.poll(Duration.ofMillis(200)).forEach(records::add);
            }
            return records;
        } catch (KafkaException e) {
            throw new FaultlineException("Kafka at " + bootstrapServers + " did not tell of dead letters: " + e
                    .getMessage() + ". See ./faultline status.", e);
        }
    }
}
