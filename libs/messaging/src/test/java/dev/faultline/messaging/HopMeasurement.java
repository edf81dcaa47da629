package dev.faultline.messaging;

import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;

import dev.faultline.messaging.Greeting.Hello;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.tracing.Tracer;
import org.springframework.kafka.core.DefaultKafkaProducerFactory;
import tools.jackson.databind.json.JsonMapper;

/**
 * Measures the latency from commit to handler and the throughput, with real PostgreSQL and Kafka. Run the main method;
 * it takes about half a minute.
 */
final class HopMeasurement {
    private static final int WARM_UP = 1_000;
    private static final int MESSAGES = 2_000;
    private static final Duration INTERVAL = Duration.ofMillis(5);
    private static final int BULK = 50_000;
    private static final int TRANSACTION = 50;

    private final AtomicReferenceArray<Long> handled = new AtomicReferenceArray<>(WARM_UP + MESSAGES);
    private final CountDownLatch all = new CountDownLatch(WARM_UP + MESSAGES);
    private final CountDownLatch bulk = new CountDownLatch(BULK);

    private HopMeasurement() {}

    public static void main(String[] arguments) throws Exception {
        new HopMeasurement().run(arguments.length == 0 ? "classic" : arguments[0]);
        System.exit(0);
    }

    private void run(String groupProtocol) throws Exception {
        String topic = Topics.create(8);
        var kafka = new java.util.HashMap<>(Topics.connection());
        kafka.put("group.protocol", groupProtocol);
        var producers = new DefaultKafkaProducerFactory<String, byte[]>(MessagingAutoConfiguration.producerProperties(
                kafka));
        var properties = new MessagingProperties.Consumers(1, 200,
                Duration.ofMinutes(5), 4, Duration.ofMillis(100),
                Duration.ofSeconds(5));
        var container = new MessageConsumers(kafka, properties, JsonMapper.shared(), new MessageTracing(Tracer.NOOP),
                new DeadLetterPublisher(producers, 4, new SimpleMeterRegistry()), new SimpleMeterRegistry())
                .container(topic, "measurement", Greeting.class, batch -> {
                    long now = System.nanoTime();
                    for (ReceivedMessage<Greeting> message : batch) {
                        if (message.payload() instanceof Hello(String to, int number)) {
                            if (to.startsWith("bulk")) {
                                bulk.countDown();
                            } else if (handled.compareAndSet(number, null, now)) {
                                all.countDown();
                            }
                        }
                    }
                });
        container.start();
        try (var fixture = new OutboxFixture(); Connection transaction = fixture.transaction()) {
            var _ = fixture.relay(Map.of("confirm-interval", "1s")).start();
            long[] committed = new long[WARM_UP + MESSAGES];
            for (int number = 0; number < committed.length; number++) {
                fixture.outbox.append(transaction,
                        java.util.List.of(new OutgoingMessage(topic, "key-" + number, new Hello("a", number))));
                transaction.commit();
                committed[number] = System.nanoTime();
                LockSupport.parkNanos(INTERVAL.toNanos());
            }
            if (!all.await(60, TimeUnit.SECONDS)) {
                throw new IllegalStateException("not all arrived");
            }
            double[] millis = new double[MESSAGES];
            for (int i = 0; i < MESSAGES; i++) {
                millis[i] = (handled.get(WARM_UP + i) - committed[WARM_UP + i]) / 1e6;
            }
            Arrays.sort(millis);
            System.out.printf("commit to handler, one message each %d ms, %s: p50 %.2f ms, p90 %.2f ms, p99 %.2f ms%n",
                    INTERVAL.toMillis(), groupProtocol, millis[MESSAGES / 2], millis[MESSAGES * 9 / 10],
                    millis[MESSAGES * 99 / 100]);

            long start = System.nanoTime();
            for (int sent = 0; sent < BULK; sent += TRANSACTION) {
                var messages = new ArrayList<OutgoingMessage>();
                for (int i = 0; i < TRANSACTION; i++) {
                    messages.add(new OutgoingMessage(topic, "key-" + (sent + i), new Hello("bulk", i)));
                }
                fixture.outbox.append(transaction, messages);
                transaction.commit();
            }
            double appended = (System.nanoTime() - start) / 1e9;
            if (!bulk.await(120, TimeUnit.SECONDS)) {
                throw new IllegalStateException("not all arrived");
            }
            System.out.printf("%d messages, %d per transaction: appended %.0f/s, handled %.0f/s%n", BULK, TRANSACTION,
                    BULK / appended, BULK / ((System.nanoTime() - start) / 1e9));
        }
        container.stop();
        producers.destroy();
    }
}
