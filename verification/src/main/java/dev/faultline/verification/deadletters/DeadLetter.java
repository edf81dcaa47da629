package dev.faultline.verification.deadletters;

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
 * A message that a service could not handle, as it lies in its dead-letter topic: key, headers and content as they came,
 * and headers whose names begin with {@code dead-letter-}, which say why it is there and from where.
 */
public final class DeadLetter {
    private final ConsumerRecord<byte[], byte[]> record;
    private final List<Instant> replays;

    DeadLetter(ConsumerRecord<byte[], byte[]> record, List<Instant> replays) {
        this.record = record;
        this.replays = List.copyOf(replays);
    }

    /** Where a dead letter lies, as Kafka and the services' logs write it: {@code topic-partition@offset}. */
    public record Id(String topic, int partition, long offset) {
        private static final Pattern FORM = Pattern.compile("([\\w.-]{1,249})-(\\d{1,9})@(\\d{1,18})");

        /** @throws FaultlineException if it is not the id of any dead letter there could be */
        public static Id parse(String text) {
            Matcher id = FORM.matcher(text);
            if (!id.matches() || !id.group(1).endsWith(DeadLetters.SUFFIX)) {
                throw new FaultlineException("\"" + text + "\" is not the id of a dead letter. One reads like "
                        + "inventory.commands" + DeadLetters.SUFFIX
                        + "-3@17; ./faultline dead-letters list shows them.");
            }
            return new Id(id.group(1), Integer.parseInt(id.group(2)), Long.parseLong(id.group(3)));
        }

        /** Where it came from, and is sent to again. */
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

    /** When it was sent again, the first time first. */
    public List<Instant> replays() {
        return replays;
    }

    public boolean isReplayed() {
        return !replays.isEmpty();
    }

    /** Its place before it was set aside, as far as it tells. */
    public String origin() {
        return header("dead-letter-partition")
                .flatMap(partition -> header("dead-letter-offset").map(offset -> "-" + partition + "@" + offset))
                .map(place -> id().originalTopic() + place).orElseGet(() -> id().originalTopic());
    }

    public String reason() {
        return header("dead-letter-reason").orElse("no reason is given");
    }

    /** What its messages are keyed by, an order's id. */
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

    /** A name and a text; bytes that are no text are replaced. */
    public record TextHeader(String name, String value) {}

    /** Every header, in the order in which they were added. */
    public List<TextHeader> headers() {
        return StreamSupport.stream(record.headers().spliterator(), false).map(header -> new TextHeader(header.key(),
                text(header))).toList();
    }

    /** Bytes that are no text are replaced; none if the message had no content. */
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
