package dev.faultline.messaging;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A consumer whose {@code poll} lingers under load: what several relays send at about the same moment becomes one batch.
 * Kafka's own {@code fetch.min.bytes} makes an idle consumer wait too, and a fetch that is under way returns with the
 * first message.
 *
 * <p>
 * Records are in the order of their partition. If a partition is revoked while the poll lingers, its records are left
 * to the next owner; nothing of them was committed.
 */
final class LingeringPoll implements InvocationHandler {
    private static final Logger LOG = LoggerFactory.getLogger(LingeringPoll.class);
    /** For the response to a fetch, when there is something to fetch. */
    private static final Duration FETCH = Duration.ofMillis(2);

    private final Consumer<String, byte[]> consumer;
    private final BatchPacing pacing;
    private final Duration linger;
    private final int maxRecords;

    private LingeringPoll(Consumer<String, byte[]> consumer, BatchPacing pacing, Duration linger, int maxRecords) {
        this.consumer = consumer;
        this.pacing = pacing;
        this.linger = linger;
        this.maxRecords = maxRecords;
    }

    /**
     * @param pacing says whether a batch at this moment would be one too many
     * @param linger how long to wait in that case
     * @param maxRecords the number of records at which a batch does not grow any more
     */
    @SuppressWarnings("unchecked")
    static Consumer<String, byte[]> of(Consumer<String, byte[]> consumer, BatchPacing pacing, Duration linger,
            int maxRecords) {
        return (Consumer<String, byte[]>) Proxy.newProxyInstance(LingeringPoll.class.getClassLoader(),
                new Class<?>[]{Consumer.class}, new LingeringPoll(consumer, pacing, linger, maxRecords));
    }

    @Override
    public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
        if (method.getName().equals("poll")) {
            return poll((Duration) arguments[0]);
        }
        try {
            return method.invoke(consumer, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private ConsumerRecords<String, byte[]> poll(Duration timeout) {
        ConsumerRecords<String, byte[]> first = consumer.poll(timeout);
        if (first.isEmpty() || first.count() >= maxRecords || pacing.delay(System.nanoTime()).isZero()) {
            return first;
        }
        try {
            Thread.sleep(linger);
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
        var batch = new Batch();
        batch.add(first);
        try {
            ConsumerRecords<String, byte[]> more;
            do {
                more = consumer.poll(FETCH);
                batch.add(more);
            } while (!more.isEmpty() && batch.count < maxRecords);
        } catch (KafkaException e) { // it must not lose the records so far; the next poll throws it again if it persists
            LOG.debug("A poll ended early", e);
        }
        return batch.of(consumer);
    }

    private static final class Batch {
        private final Map<TopicPartition, List<ConsumerRecord<String, byte[]>>> records = new HashMap<>();
        private final Map<TopicPartition, OffsetAndMetadata> next = new HashMap<>();
        private int count;

        void add(ConsumerRecords<String, byte[]> more) {
            more.partitions().forEach(partition -> records.computeIfAbsent(partition, _ -> new ArrayList<>())
                    .addAll(more.records(partition)));
            next.putAll(more.nextOffsets());
            count += more.count();
        }

        ConsumerRecords<String, byte[]> of(Consumer<String, byte[]> consumer) {
            records.keySet().retainAll(consumer.assignment());
            next.keySet().retainAll(records.keySet());
            return new ConsumerRecords<>(records, next);
        }
    }
}
