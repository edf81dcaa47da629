package dev.faultline.messaging;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.concurrent.ExecutionException;

import io.micrometer.core.instrument.MeterRegistry;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.kafka.KafkaException;
import org.springframework.kafka.core.ProducerFactory;
import org.springframework.kafka.listener.ConsumerRecordRecoverer;

/**
 * Sets messages aside that could not be handled: into the topic {@link MessageTopics#deadLettersOf} names, with key,
 * value and headers as they came and further headers, all text, that say why and from where. To handle one again, send
 * it, without those, to the topic that it came from: it has kept its id. {@code ./faultline dead-letters} does so, and
 * remembers it in a record of the same topic.
 */
public final class DeadLetters implements ConsumerRecordRecoverer {
    /** What was wrong, in words. */
    public static final String REASON = "dead-letter-reason";
    /** The class of what the handler threw. */
    public static final String EXCEPTION = "dead-letter-exception";
    /** The topic it came from. */
    public static final String TOPIC = "dead-letter-topic";
    /** The partition it came from. */
    public static final String PARTITION = "dead-letter-partition";
    /** Where in that partition it is. */
    public static final String OFFSET = "dead-letter-offset";
    /** How often it was delivered, at least. */
    public static final String ATTEMPTS = "dead-letter-attempts";

    private static final Logger LOG = LoggerFactory.getLogger(DeadLetters.class);
    private static final int REASON_LENGTH = 2_000;

    private final ProducerFactory<String, byte[]> producers;
    private final int attempts;
    private final MeterRegistry meters;

    DeadLetters(ProducerFactory<String, byte[]> producers, int attempts, MeterRegistry meters) {
        this.producers = producers;
        this.attempts = attempts;
        this.meters = meters;
    }

    /** Returns when Kafka has it; only then is the message done with. */
    @Override
    @SuppressWarnings("unchecked") // only containers made here come here
    public void accept(ConsumerRecord<?, ?> message, Exception exception) {
        Failure failure = failure(exception);
        var source = (ConsumerRecord<String, byte[]>) message;
        var letter = new ProducerRecord<>(MessageTopics.deadLettersOf(source.topic()), null, source.key(),
                source.value(), source.headers());
        Throwable thrown = failure.thrown();
        add(letter, REASON, String.valueOf(thrown.getMessage()));
        add(letter, EXCEPTION, thrown.getClass().getName());
        add(letter, TOPIC, source.topic());
        add(letter, PARTITION, Integer.toString(source.partition()));
        add(letter, OFFSET, Long.toString(source.offset()));
        add(letter, ATTEMPTS, Integer.toString(failure instanceof Failure.Unreadable ? 1 : attempts));
        RecordMetadata place;
        try (Producer<String, byte[]> producer = producers.createProducer()) {
            place = producer.send(letter).get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KafkaException("interrupted before a dead letter was stored", e);
        } catch (ExecutionException e) {
            throw new KafkaException("a dead letter could not be stored", e);
        }
        meters.counter("faultline.dead.letters", "topic", source.topic()).increment();
        LOG.error("Set aside as the dead letter {}: {}-{}@{} with key {}", place, source.topic(), source.partition(),
                source.offset(), source.key(), thrown);
    }

    private static Failure failure(Exception exception) {
        Throwable cause = exception;
        while (!(cause instanceof Failure)) {
            cause = java.util.Objects.requireNonNull(cause).getCause();
        }
        return (Failure) cause;
    }

    /** The last word counts: a dead letter that was replayed and has failed again has earlier ones. */
    private static void add(ProducerRecord<?, ?> letter, String header, String text) {
        letter.headers().remove(header);
        letter.headers().add(header, text.substring(0, Math.min(text.length(), REASON_LENGTH)).getBytes(UTF_8));
    }
}
