package dev.faultline.deadletters;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;

import dev.faultline.backing.FaultlineException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * A message that a service could not handle, as stored in a dead-letter topic: the original key, headers and content, and
 * headers beginning with {@code dead-letter-} for the reason and the origin.
 */
public final class DeadLetter {
    private final ConsumerRecord<byte[], byte[]> record;
    private final List<Instant> replays;

    DeadLetter(ConsumerRecord<byte[], byte[]> record, List<Instant> replays) {
        this.record = record;
        this.replays = List.copyOf(replays);
    }

    /** The position of a dead letter, in Kafka's notation: {@code topic-partition@offset}. */
    public record Id(String topic, int partition, long offset) {
        private static final Pattern FORM = Pattern.compile("([\\w.-]{1,249})-(\\d{1,9})@(\\d{1,18})");

        /** @throws FaultlineException if the text is not a valid id */
        public static Id parse(String text) {
            Matcher id = FORM.matcher(text);
            if (!id.matches() || !id.group(1).endsWith(DeadLetters.SUFFIX)) {
                throw new FaultlineException("\"" + text + "\" is not the id of a dead letter. An example is "
                        + "inventory.commands" + DeadLetters.SUFFIX
                        + "-3@17; see ./faultline dead-letters list.");
            }
            return new Id(id.group(1), Integer.parseInt(id.group(2)), Long.parseLong(id.group(3)));
        }

        /** The topic it was consumed from, and is replayed to. */
        public String originalTopic() {
            return topic.substring(0, topic.length() - DeadLetters.SUFFIX.length());
        }

        @Override
        public String toString() {
            return topic + "-" + partition + "@" + offset;
        }
    }

    public Id id() {
        return new Id(record.topic(), record.partition(), record.offset());
    }

    public Instant movedAt() {
        return Instant.ofEpochMilli(record.timestamp());
    }

    /** When it was replayed, oldest first. */
    public List<Instant> replays() {
        return replays;
    }

    public boolean isReplayed() {
        return !replays.isEmpty();
    }

    /** The position it was consumed from: topic, partition and offset, or only the topic if the headers are missing. */
    public String origin() {
        return header("dead-letter-partition")
                .flatMap(partition -> header("dead-letter-offset").map(offset -> "-" + partition + "@" + offset))
                .map(position -> id().originalTopic() + position).orElseGet(() -> id().originalTopic());
    }

    public String reason() {
        return header("dead-letter-reason").orElse("no reason given");
    }

    /** The id of the order that the message belongs to. */
    public String key() {
        byte @Nullable [] key = record.key();
        return key == null ? "none" : new String(key, UTF_8);
    }

    public String type() {
        return header("type").orElse("none");
    }

    /** The second field of <a href="https://www.w3.org/TR/trace-context/">W3C's traceparent</a>. */
    public Optional<String> traceId() {
        return header("traceparent").map(traceparent -> traceparent.split("-", -1)).filter(
                fields -> fields.length > 1).map(fields -> fields[1]);
    }

    /** Malformed UTF-8 in the value is replaced. */
    public record TextHeader(String name, String value) {}

    /** Every header, in the order of the record. */
    public List<TextHeader> headers() {
        return StreamSupport.stream(record.headers().spliterator(), false).map(header -> new TextHeader(header.key(),
                text(header))).toList();
    }

    /** Empty if the message had no content. Malformed UTF-8 is replaced. */
    public Optional<String> content() {
        byte @Nullable [] content = record.value();
        return content == null ? Optional.empty() : Optional.of(new String(content, UTF_8));
    }

    Optional<String> header(String name) {
        return Optional.ofNullable(record.headers().lastHeader(name)).map(DeadLetter::text);
    }

    ConsumerRecord<byte[], byte[]> record() {
        return record;
    }

    private static String text(Header header) {
        byte @Nullable [] value = header.value();
        return value == null ? "" : new String(value, UTF_8);
    }
}
