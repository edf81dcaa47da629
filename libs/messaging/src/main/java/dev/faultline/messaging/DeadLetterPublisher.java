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
 * Publishes messages that cannot be processed to the {@linkplain MessageTopics#deadLetterTopic dead-letter topic} of
 * their topic. Key, value and headers are unchanged; the headers declared here, all of them text, are added. To replay
 * a message, {@code ./faultline dead-letters} removes these headers and sends it to its original topic with its
 * original id.
 */
public final class DeadLetterPublisher implements ConsumerRecordRecoverer {
    /** The exception's message. */
    public static final String REASON = "dead-letter-reason";
    /** The exception's class. */
    public static final String EXCEPTION = "dead-letter-exception";
    /** The original topic. */
    public static final String TOPIC = "dead-letter-topic";
    /** The original partition. */
    public static final String PARTITION = "dead-letter-partition";
    /** The original offset. */
    public static final String OFFSET = "dead-letter-offset";
    /** The minimum number of deliveries. */
    public static final String ATTEMPTS = "dead-letter-attempts";

    private static final Logger LOG = LoggerFactory.getLogger(DeadLetterPublisher.class);
    private static final int MAX_TEXT_LENGTH = 2_000;

    private final ProducerFactory<String, byte[]> producers;
    private final int attempts;
    private final MeterRegistry meters;

    DeadLetterPublisher(ProducerFactory<String, byte[]> producers, int attempts, MeterRegistry meters) {
        this.producers = producers;
        this.attempts = attempts;
        this.meters = meters;
    }

    /** Blocks until Kafka has acknowledged the dead letter; only then may the message's offset be committed. */
    @Override
    @SuppressWarnings("unchecked") // only MessageConsumers registers this recoverer
    public void accept(ConsumerRecord<?, ?> message, Exception exception) {
        Failure failure = failure(exception);
        var source = (ConsumerRecord<String, byte[]>) message;
        var letter = new ProducerRecord<>(MessageTopics.deadLetterTopic(source.topic()), null, source.key(),
                source.value(), source.headers());
        Throwable thrown = failure.thrown();
        set(letter, REASON, String.valueOf(thrown.getMessage()));
        set(letter, EXCEPTION, thrown.getClass().getName());
        set(letter, TOPIC, source.topic());
        set(letter, PARTITION, Integer.toString(source.partition()));
        set(letter, OFFSET, Long.toString(source.offset()));
        set(letter, ATTEMPTS, Integer.toString(failure instanceof Failure.Unreadable ? 1 : attempts));
        RecordMetadata published;
        try (Producer<String, byte[]> producer = producers.createProducer()) {
            published = producer.send(letter).get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KafkaException("interrupted while publishing a dead letter", e);
        } catch (ExecutionException e) {
            throw new KafkaException("a dead letter could not be published", e);
        }
        meters.counter("faultline.dead.letters", "topic", source.topic()).increment();
        LOG.error("Published the dead letter {} for {}-{}@{} with key {}", published, source.topic(), source
                .partition(),
                source.offset(), source.key(), thrown);
    }

    private static Failure failure(Exception exception) {
        Throwable cause = exception;
        while (!(cause instanceof Failure)) {
            cause = java.util.Objects.requireNonNull(cause).getCause();
        }
        return (Failure) cause;
    }

    /** Replaces the header, because a replayed message that failed again may already have it. */
    private static void set(ProducerRecord<?, ?> letter, String header, String text) {
        letter.headers().remove(header);
        letter.headers().add(header, text.substring(0, Math.min(text.length(), MAX_TEXT_LENGTH)).getBytes(UTF_8));
    }
}
