package dev.faultline.messaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import dev.faultline.deadletters.DeadLetter;
import dev.faultline.deadletters.DeadLetters;
import dev.faultline.messaging.Greeting.Farewell.Goodbye;
import dev.faultline.messaging.Greeting.Hello;
import dev.faultline.testing.Kafka;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.tracing.Tracer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.kafka.core.DefaultKafkaProducerFactory;
import org.springframework.kafka.listener.ConcurrentMessageListenerContainer;
import tools.jackson.databind.json.JsonMapper;

@Tag("integration")
class MessageConsumersTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private final String topic = Topics.create(1);
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final DefaultKafkaProducerFactory<String, byte[]> producers = new DefaultKafkaProducerFactory<>(
            MessagingAutoConfiguration.producerProperties(Topics.connection()));
    private final List<ConcurrentMessageListenerContainer<String, byte[]>> containers = new ArrayList<>();
    private final DeadLetters letters = new DeadLetters(
            Map.of("bootstrap.servers", Kafka.shared().bootstrapServers()));
    /** The messages of successful batches, in order. */
    private final ConcurrentLinkedQueue<Greeting> handled = new ConcurrentLinkedQueue<>();

    @AfterEach
    void close() {
        containers.forEach(ConcurrentMessageListenerContainer::stop);
        producers.destroy();
    }

    @Test
    void deliversMessagesOfAllTypesInOrderAndOnce() {
        UUID id = hello(1);
        Topics.send(topic, "a", "Goodbye", "{\"to\":\"a\",\"unknown\":1}");
        var first = start(batch -> {
            assertThat(batch.getFirst().id()).isEqualTo(id);
            assertThat(batch.getFirst().topic()).isEqualTo(topic);
            handleAll(batch);
        });
        awaitHandled(new Hello("a", 1), new Goodbye("a"));
        first.stop();
        hello(2);
        start(this::handleAll);

        awaitHandled(new Hello("a", 1), new Goodbye("a"), new Hello("a", 2));
    }

    @Test
    void publishesAPoisonMessageAsADeadLetterAndHandlesTheRest() {
        for (int number = 1; number <= 6; number++) {
            hello(number);
        }
        var attempts = new AtomicInteger();
        start(batch -> {
            if (batch.stream().anyMatch(message -> message.payload().equals(new Hello("a", 3)))) {
                if (batch.size() == 1) {
                    attempts.incrementAndGet();
                }
                throw new IllegalStateException("3 is not to be handled");
            }
            handleAll(batch);
        });

        awaitHandled(numbers(1, 2, 4, 5, 6));
        await().atMost(TIMEOUT).until(() -> deadLetters().size() == 1);
        ConsumerRecord<String, byte[]> letter = deadLetters().getFirst();
        assertThat(Topics.text(letter)).isEqualTo("{\"to\":\"a\",\"number\":3}");
        assertThat(letter.key()).isEqualTo("a");
        assertThat(Topics.header(letter, "type")).isEqualTo("Hello");
        assertThat(Topics.header(letter, "traceparent")).startsWith("00-");
        assertThat(Topics.header(letter, DeadLetterPublisher.REASON)).isEqualTo("3 is not to be handled");
        assertThat(Topics.header(letter, DeadLetterPublisher.EXCEPTION)).isEqualTo("java.lang.IllegalStateException");
        assertThat(Topics.header(letter, DeadLetterPublisher.TOPIC)).isEqualTo(topic);
        assertThat(Topics.header(letter, DeadLetterPublisher.PARTITION)).isEqualTo("0");
        assertThat(Topics.header(letter, DeadLetterPublisher.OFFSET)).isEqualTo("2");
        assertThat(Topics.header(letter, DeadLetterPublisher.ATTEMPTS)).isEqualTo("4");
        assertThat(attempts).hasValue(4);
        assertThat(meters.get("faultline.dead.letters").tag("topic", topic).counter().count()).isEqualTo(1);
        assertThat(meters.get("faultline.messages.batch.size").tag("topic", topic).summary().totalAmount())
                .isGreaterThanOrEqualTo(6);
    }

    @Test
    void publishesAnUnreadableMessageAsADeadLetterAtOnce() {
        hello(1);
        Topics.send(topic, "a", "Hello", "{\"to\":");
        Topics.send(topic, "a", "Unheard", "{}");
        Topics.send(topic, "a", Map.of("type", "Hello"), "{\"to\":\"a\",\"number\":7}");
        Topics.send(topic, "a", "Hello", "null");
        hello(2);
        start(this::handleAll);

        awaitHandled(numbers(1, 2));
        await().atMost(TIMEOUT).until(() -> deadLetters().size() == 4);
        assertThat(deadLetters()).extracting(letter -> Topics.header(letter, DeadLetterPublisher.REASON))
                .containsExactly(
                        "message body is not a valid Hello", "unknown message type Unheard", "message without an id",
                        "message body is not a valid Hello");
        assertThat(deadLetters()).extracting(letter -> Topics.header(letter, DeadLetterPublisher.ATTEMPTS))
                .containsOnly("1");
    }

    @Test
    void retriesATransientFailureIndefinitely() {
        for (int number = 1; number <= 4; number++) {
            hello(number);
        }
        var calls = new AtomicInteger();
        start(batch -> {
            switch (calls.incrementAndGet()) {
                case 1, 2, 3 -> throw new RetryLaterException("the bucket has moved");
                case 4, 5, 6 -> throw new IllegalStateException(new SQLTransientConnectionException("no connection"));
                case 7, 8, 9 -> throw new IllegalStateException(new SQLException("deadlock", "40P01"));
                default -> handleAll(batch);
            }
        });

        awaitHandled(numbers(1, 2, 3, 4));
        assertThat(calls).hasValueGreaterThanOrEqualTo(10);
        assertThat(deadLetters()).isEmpty();
    }

    @Test
    void losesNothingWhenTheDatabaseTerminatesConnections() {
        try (var database = new OutboxFixture()) {
            hello(1);
            hello(2);
            var calls = new AtomicInteger();
            start(batch -> {
                try (var connection = database.connect(); var statement = connection.createStatement()) {
                    if (calls.incrementAndGet() <= 6) {
                        statement.execute("select pg_terminate_backend(pg_backend_pid())");
                    }
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
                handleAll(batch);
            });

            awaitHandled(numbers(1, 2));
            assertThat(deadLetters()).isEmpty();
        }
    }

    @Test
    void aMessageThatSucceedsOnARetryIsNotADeadLetter() {
        hello(1);
        hello(2);
        var failed = new AtomicInteger();
        start(batch -> {
            if (batch.size() == 1 && failed.getAndIncrement() < 2) {
                throw new IllegalStateException("not yet");
            }
            if (batch.size() > 1) {
                throw new IllegalStateException("not together");
            }
            handleAll(batch);
        });

        awaitHandled(numbers(1, 2));
        assertThat(deadLetters()).isEmpty();
    }

    @Test
    void aRedeliveredBatchTakesEffectOnceByTheKeyOfItsEffects() throws Exception {
        try (var database = new OutboxFixture()) {
            createEffects(database);
            for (int number = 1; number <= 20; number++) {
                hello(number);
            }
            var calls = new AtomicInteger();
            start(batch -> {
                effects(database, batch);
                handleAll(batch);
                if (calls.incrementAndGet() <= 3) { // committed, but the offsets are not
                    throw new RetryLaterException("killed before the offsets were committed");
                }
            });

            await().atMost(TIMEOUT).until(() -> handled.size() >= 40);
            assertThat(database.query("select effects from total")).isEqualTo("20");
        }
    }

    @Test
    void aBatchThatOutlivesItsPartitionAssignmentTakesEffectOnceByTheKeyOfItsEffects() throws Exception {
        try (var database = new OutboxFixture()) {
            createEffects(database);
            hello(1);
            var entered = new CountDownLatch(1);
            var taken = new CountDownLatch(1);
            start(batch -> {
                entered.countDown();
                effects(database, batch, () -> uninterruptibly(taken));
                handleAll(batch);
            });
            uninterruptibly(entered);
            start(batch -> {
                taken.countDown(); // the first consumer, which has lost the partition, continues
                effects(database, batch);
                handleAll(batch);
            });

            awaitHandled(new Hello("a", 1), new Hello("a", 1));
            assertThat(database.query("select effects from total")).isEqualTo("1");
        }
    }

    @Test
    void aDeadLetterCanBeShownAndReplayedAndIsHandledOnce() throws Exception {
        try (var database = new OutboxFixture()) {
            createEffects(database);
            for (int number = 1; number <= 6; number++) {
                hello(number);
            }
            var fixed = new AtomicBoolean();
            start(batch -> {
                if (!fixed.get() && batch.stream().anyMatch(message -> message.payload().equals(new Hello("a", 3)))) {
                    throw new IllegalStateException("3 is not to be handled");
                }
                effects(database, batch);
                handleAll(batch);
            });
            awaitHandled(numbers(1, 2, 4, 5, 6));

            DeadLetter letter = onlyLetter();
            assertThat(letter.reason()).isEqualTo("3 is not to be handled");
            assertThat(letter.origin()).isEqualTo(topic + "-0@2");
            assertThat(letter.type()).isEqualTo("Hello");
            assertThat(letter.key()).isEqualTo("a");
            assertThat(letter.traceId()).hasValue("0af7651916cd43dd8448eb211c80319c");
            assertThat(letter.content()).hasValue("{\"to\":\"a\",\"number\":3}");

            fixed.set(true);
            letters.replay(List.of(letter), false, _ -> {});
            awaitHandled(numbers(1, 2, 4, 5, 6, 3));
            assertThat(onlyLetter().isReplayed()).isTrue();
            ConsumerRecord<String, byte[]> replayed = Topics.read(topic).getLast();
            assertThat(Topics.header(replayed, "replay-count")).isEqualTo("1");
            assertThat(Topics.header(replayed, "replay-of")).isEqualTo(letter.id().toString());
            assertThat(Topics.header(replayed, DeadLetterPublisher.REASON)).isEqualTo("null");

            letters.replay(List.of(onlyLetter()), true, _ -> {});
            awaitHandled(numbers(1, 2, 4, 5, 6, 3, 3));
            assertThat(database.query("select effects from total")).isEqualTo("6");
        }
    }

    @Test
    void aReplayThatFailsAgainIsANewDeadLetterWithItsReplayCount() {
        hello(1);
        start(_ -> {
            throw new IllegalStateException("never");
        });
        await().atMost(TIMEOUT).until(() -> letters().size() == 1);
        letters.replay(letters(), false, _ -> {});
        await().atMost(TIMEOUT).until(() -> letters().size() == 2);

        DeadLetter second = letters().getLast();
        assertThat(second.isReplayed()).isFalse();
        assertThat(second.headers()).contains(new DeadLetter.TextHeader("replay-count", "1"),
                new DeadLetter.TextHeader("replay-of", letters().getFirst().id().toString()));
        letters.replay(List.of(second), false, _ -> {});
        await().atMost(TIMEOUT).until(() -> letters().size() == 3);
        assertThat(letters().getLast().headers()).contains(new DeadLetter.TextHeader("replay-count", "2"));
    }

    @Test
    void rejectsAMessageTypeWithoutRecords() {
        assertThatThrownBy(() -> consumers().container(topic, "group", Runnable.class, _ -> {}))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /** Each number has an effect on the total; the numbers that had theirs are remembered. */
    private static void createEffects(OutboxFixture database) {
        database.query("create table effect (number int primary key)");
        database.query("create table total (effects int not null)");
        database.query("insert into total values (0)");
        database.query("grant all on effect, total to public");
    }

    private void effects(OutboxFixture database, List<ReceivedMessage<Greeting>> batch) {
        effects(database, batch, () -> {});
    }

    private static void effects(OutboxFixture database, List<ReceivedMessage<Greeting>> batch, Runnable beforeCommit) {
        try (Connection transaction = database.transaction(); var statement = transaction.createStatement()) {
            for (ReceivedMessage<Greeting> message : batch) {
                if (message.payload() instanceof Hello hello && statement.executeUpdate("insert into effect values ("
                        + hello.number() + ") on conflict do nothing") == 1) {
                    statement.executeUpdate("update total set effects = effects + 1");
                }
            }
            beforeCommit.run();
            transaction.commit();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void uninterruptibly(CountDownLatch latch) {
        try {
            assertThat(latch.await(TIMEOUT.toSeconds(), java.util.concurrent.TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private UUID hello(int number) {
        UUID id = UUID.randomUUID();
        Topics.send(topic, "a",
                Map.of("id", id.toString(), "type", "Hello", "traceparent",
                        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"),
                "{\"to\":\"a\",\"number\":" + number + "}");
        return id;
    }

    private static Greeting[] numbers(int... numbers) {
        return java.util.stream.IntStream.of(numbers).mapToObj(number -> new Hello("a", number))
                .toArray(Greeting[]::new);
    }

    private void handleAll(List<ReceivedMessage<Greeting>> batch) {
        batch.forEach(message -> handled.add(message.payload()));
    }

    private void awaitHandled(Greeting... greetings) {
        await().atMost(TIMEOUT).untilAsserted(() -> assertThat(handled).containsExactly(greetings));
    }

    /** Dead letters as {@code ./faultline dead-letters} lists them. */
    private List<DeadLetter> letters() {
        return letters.all().stream().filter(letter -> letter.id().originalTopic().equals(topic)).toList();
    }

    private DeadLetter onlyLetter() {
        await().atMost(TIMEOUT).until(() -> letters().size() == 1);
        return letters().getFirst();
    }

    private List<ConsumerRecord<String, byte[]>> deadLetters() {
        return Topics.read(MessageTopics.deadLetterTopic(topic));
    }

    private MessageConsumers consumers() {
        var properties = new MessagingProperties.Consumers(1, 200, Duration.ofSeconds(3), 4, Duration.ofMillis(20),
                Duration.ofMillis(100));
        return new MessageConsumers(Topics.consumerConnection(), properties, JsonMapper.shared(),
                new MessageTracing(Tracer.NOOP), new DeadLetterPublisher(producers, properties.attempts(), meters),
                meters);
    }

    private ConcurrentMessageListenerContainer<String, byte[]> start(MessageHandler<Greeting> handler) {
        var container = consumers().container(topic, topic + "-group", Greeting.class, handler);
        containers.add(container);
        container.start();
        return container;
    }
}
