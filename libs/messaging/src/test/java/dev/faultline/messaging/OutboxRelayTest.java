package dev.faultline.messaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import dev.faultline.backing.ChildProcess;
import dev.faultline.backing.FreePorts;
import dev.faultline.backing.KafkaBroker;
import dev.faultline.backing.ProcessIdentity;
import dev.faultline.messaging.Greeting.Hello;
import dev.faultline.messaging.OutboxFixture.Relay;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@Tag("integration")
class OutboxRelayTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private final OutboxFixture outbox = new OutboxFixture();
    private final String topic = Topics.create(4);

    @AfterEach
    void close() {
        outbox.close();
    }

    @Test
    void rejectsToAppendWithoutATransaction() throws Exception {
        try (var connection = outbox.connect()) {
            assertThatThrownBy(() -> outbox.outbox.append(connection, List.of(hello("a", 1))))
                    .isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void rejectsAMessageThatKafkaWouldNotAccept() throws Exception {
        try (var transaction = outbox.transaction()) {
            assertThatThrownBy(
                    () -> outbox.outbox.append(transaction, List.of(new OutgoingMessage(topic, "a", new Hello("a"
                            .repeat(300 * 1024), 1)))))
                    .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("max-message-size");
        }
        assertThatThrownBy(() -> new OutgoingMessage("no topic", "key", new Hello("a", 1)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void sendsCommittedMessagesInOrderAndNoneThatWereRolledBack() throws Exception {
        outbox.relay().start();
        try (var transaction = outbox.transaction()) {
            outbox.outbox.append(transaction, List.of(hello("rolled back", 1)));
            transaction.rollback();
            var savepoint = transaction.setSavepoint();
            outbox.outbox.append(transaction, List.of(hello("rolled back to a savepoint", 1)));
            transaction.rollback(savepoint);
            outbox.outbox.append(transaction, List.of(hello("a", 1), hello("a", 2), hello("a", 3)));
            transaction.commit();
        }

        awaitMessages(3);
        List<ConsumerRecord<String, byte[]>> messages = Topics.read(topic);
        assertThat(messages).extracting(Topics::text).containsExactly("""
                {"to":"a","number":1}""", """
                {"to":"a","number":2}""", """
                {"to":"a","number":3}""");
        assertThat(messages).allSatisfy(message -> {
            assertThat(message.key()).isEqualTo("a");
            assertThat(Topics.header(message, "type")).isEqualTo("Hello");
        });
        assertThat(ids(messages)).doesNotHaveDuplicates();
    }

    @Test
    void sendsOnlyTheAdmittedMessagesOfABatchInTheirOrder() throws Exception {
        outbox.relay().start();
        String ordered = Topics.create(1);
        var batch = new ArrayList<OutgoingMessage>();
        for (String key : List.of("b", "a", "c", "b", "a")) {
            batch.add(new OutgoingMessage(ordered, key, new Hello(key, batch.size())));
        }
        Outbox.Encoded encoded = outbox.outbox.encode(batch);
        try (var connection = outbox.connect();
                var send = connection.prepareStatement("select outbox_send(?, ?, ?)")) {
            send.setObject(1, encoded.keys());
            send.setObject(2, encoded.contents());
            send.setObject(3, new String[]{"b", "a", "unknown"});
            try (var sent = send.executeQuery()) {
                sent.next();
                assertThat(sent.getLong(1)).isEqualTo(4);
            }
        }

        await().atMost(TIMEOUT).until(() -> Topics.read(ordered).size() >= 4);
        assertThat(Topics.read(ordered)).extracting(Topics::text).containsExactly("""
                {"to":"b","number":0}""", """
                {"to":"a","number":1}""", """
                {"to":"b","number":3}""", """
                {"to":"a","number":4}""");
    }

    @Test
    void doesNotSkipATransactionThatCommitsAfterLaterOnes() throws Exception {
        outbox.relay().start();
        try (var slow = outbox.transaction()) {
            outbox.outbox.append(slow, List.of(hello("slow", 1)));
            outbox.send(hello("fast", 1), hello("fast", 2));
            awaitMessages(2);
            outbox.awaitConfirmed();
            slow.commit();
        }

        awaitMessages(3);
        assertThat(Topics.read(topic)).extracting(ConsumerRecord::key).containsExactlyInAnyOrder("fast", "fast",
                "slow");
    }

    @Test
    void keepsTheOrderPerKeyWhileRelaysAreDisconnected() throws Exception {
        outbox.relay().start();
        outbox.relay().start();
        int keys = 4;
        int perKey = 300;
        try (var senders = Executors.newFixedThreadPool(keys)) {
            for (int key = 0; key < keys; key++) {
                String name = "key-" + key;
                var _ = senders.submit(() -> {
                    outbox.send(IntStream.range(0, perKey).mapToObj(n -> hello(name, n))
                            .toArray(OutgoingMessage[]::new));
                    return name;
                });
            }
            for (int cut = 1; cut <= 3; cut++) {
                int expected = cut * 200;
                await().atMost(TIMEOUT).until(() -> distinctNumbersByKey().values().stream().mapToInt(List::size)
                        .sum() > expected);
                outbox.terminateReader();
            }
        }

        await().atMost(TIMEOUT)
                .until(() -> distinctNumbersByKey().values().stream().mapToInt(List::size).sum() == keys * perKey);
        assertThat(distinctNumbersByKey().values()).allSatisfy(numbers -> assertThat(numbers).isSorted());
    }

    @Test
    void resendsWhatWasSentButNotConfirmed() throws Exception {
        Relay relay = outbox.relay(Map.of("confirm-interval", "1h")).start();
        outbox.send(hello("a", 1), hello("b", 1));
        awaitMessages(2);
        outbox.terminateReader();

        awaitMessages(4);
        List<String> ids = ids(Topics.read(topic));
        assertThat(new HashSet<>(ids)).hasSize(2);
        assertThat(relay.count("faultline.outbox.restarts")).isPositive();
    }

    @Test
    void resendsNothingAfterAGracefulStop() throws Exception {
        Relay first = outbox.relay(Map.of("confirm-interval", "1h")).start();
        outbox.send(hello("a", 1), hello("b", 1));
        awaitMessages(2);
        first.stop();
        outbox.relay().start();
        outbox.send(hello("a", 2));

        awaitMessages(3);
        assertThat(ids(Topics.read(topic))).hasSize(3).doesNotHaveDuplicates();
    }

    @Test
    void relaysAgainAfterARestart() throws Exception {
        Relay relay = outbox.relay().start();
        await().atMost(TIMEOUT).until(relay.relay::isActive);
        relay.relay.stop();
        outbox.send(hello("a", 1));
        relay.start();

        awaitMessages(1);
        assertThat(relay.relay.isActive()).isTrue();
    }

    @Test
    void relaysOnOneInstanceAndFailsOverToTheNext() throws Exception {
        Relay first = outbox.relay().start();
        await().atMost(TIMEOUT).until(first.relay::isActive);
        Relay second = outbox.relay().start();
        outbox.send(hello("a", 1));
        awaitMessages(1);
        assertThat(second.relay.isActive()).isFalse();
        assertThat(second.count("faultline.outbox.restarts")).isZero();

        first.stop();
        await().atMost(TIMEOUT).until(second.relay::isActive);
        outbox.send(hello("a", 2));
        awaitMessages(2);
        assertThat(second.count("faultline.outbox.messages.relayed")).isEqualTo(1);
    }

    /** The broker is paused, not killed: it keeps its connections and acknowledges nothing. */
    @Test
    void confirmsOnlyWhatKafkaHasAcknowledged(@TempDir Path directory) throws Exception {
        List<Integer> ports = FreePorts.take(2);
        var broker = new KafkaBroker("kafka", directory, ports.get(0), ports.get(1));
        Map<String, Object> kafka = Topics.connection(broker.bootstrapServers());
        try (var ownOutbox = new OutboxFixture(kafka)) {
            Relay relay = ownOutbox.relay();
            try (var _ = run(broker, directory)) {
                Topics.create(kafka, topic, 4, Map.of());
                relay.start();
                ownOutbox.send(hello("a", 0));
                await().atMost(TIMEOUT).until(() -> Topics.read(kafka, topic).size() == 1);
                ownOutbox.awaitConfirmed();
                ProcessIdentity process = processIn(directory);
                process.signal("STOP");
                try {
                    ownOutbox.send(IntStream.rangeClosed(1, 50).mapToObj(n -> hello("a", n))
                            .toArray(OutgoingMessage[]::new));
                    long written = ownOutbox.lagBytes() - OutboxFixture.CONFIRMED_LAG;
                    ownOutbox.awaitRead();
                    await().during(Duration.ofSeconds(1)).atMost(TIMEOUT).until(() -> ownOutbox.lagBytes() >= written);
                    relay.stop();
                    assertThat(ownOutbox.lagBytes()).isGreaterThanOrEqualTo(written);
                } finally {
                    process.signal("KILL"); // a paused process ignores SIGTERM
                }
            }

            try (var _ = run(broker, directory)) {
                ownOutbox.relay().start();
                await().atMost(TIMEOUT).until(() -> Topics.read(kafka, topic).size() == 51);
                ownOutbox.awaitConfirmed();
            }
        }
    }

    /** A relay that waits for room, because Kafka acknowledges nothing, is told to stop, and then Kafka is back. */
    @Test
    void leavesWhatAStoppingRelayHasNotSentToTheNext(@TempDir Path directory) throws Exception {
        List<Integer> ports = FreePorts.take(2);
        var broker = new KafkaBroker("kafka", directory, ports.get(0), ports.get(1));
        Map<String, Object> kafka = Topics.connection(broker.bootstrapServers());
        try (var _ = run(broker, directory); var ownOutbox = new OutboxFixture(kafka)) {
            Topics.create(kafka, topic, 4, Map.of());
            Relay relay = ownOutbox.relay(Map.of("max-in-flight", "2", "stop-timeout", "20s")).start();
            ownOutbox.send(hello("a", 0));
            await().atMost(TIMEOUT).until(() -> Topics.read(kafka, topic).size() == 1);
            ownOutbox.awaitConfirmed();
            ProcessIdentity process = processIn(directory);
            process.signal("STOP");
            Thread stopping;
            try {
                ownOutbox.send(IntStream.rangeClosed(1, 10).mapToObj(n -> hello("a", n))
                        .toArray(OutgoingMessage[]::new));
                await().atMost(TIMEOUT).until(() -> inFlight(relay) == 2);
                stopping = Thread.ofVirtual().start(relay.relay::stop);
                // Longer than a confirm-interval, after which the relay looks whether it has to stop.
                await().during(Duration.ofSeconds(1)).atMost(TIMEOUT).until(() -> inFlight(relay) == 2);
            } finally {
                process.signal("CONT");
            }
            stopping.join();
            ownOutbox.relay().start();

            await().atMost(TIMEOUT).until(() -> new HashSet<>(ids(Topics.read(kafka, topic))).size() == 11);
        }
    }

    private static double inFlight(Relay relay) {
        return relay.meters.get("faultline.outbox.in.flight").gauge().value();
    }

    @Test
    void limitsTheMessagesInFlight() throws Exception {
        outbox.relay(Map.of("max-in-flight", "10")).start();
        try (var transaction = outbox.transaction()) {
            outbox.outbox.append(transaction, IntStream.range(0, 500).mapToObj(n -> hello("a", n)).toList());
            transaction.commit();
        }
        outbox.send(IntStream.range(500, 1_000).mapToObj(n -> hello("a", n)).toArray(OutgoingMessage[]::new));

        awaitMessages(1_000);
        assertThat(distinctNumbersByKey().get("a")).isEqualTo(IntStream.range(0, 1_000).boxed().toList());
    }

    @Test
    void retainsNoLogWhileTheOutboxIsIdle() throws Exception {
        Relay relay = outbox.relay(Map.of("start-timeout", "1s")).start();
        outbox.send(hello("a", 1));
        awaitMessages(1);
        try (var connection = outbox.connect(); var statement = connection.createStatement()) {
            statement.execute("create table other as select generate_series(1, 100000) as number");
        }

        await().during(Duration.ofSeconds(2)).atMost(TIMEOUT).until(() -> outbox.lagBytes() < 100_000);
        assertThat(relay.count("faultline.outbox.restarts")).isZero(); // no timeout ends an idle stream
    }

    /** The server's {@code max_slot_wal_keep_size} is the same as in the local cluster. */
    @Test
    @ExtendWith(OutputCaptureExtension.class)
    void replacesASlotThatWasInvalidatedWhileNoRelayRanAndLogsAnError(CapturedOutput output) throws Exception {
        Relay away = outbox.relay().start();
        await().atMost(TIMEOUT).until(away.relay::isActive);
        away.stop();
        outbox.send(hello("lost", 1));
        outbox.outgrowSlot();
        outbox.send(hello("lost", 2));

        Relay back = outbox.relay().start();
        outbox.send(hello("sent", 1));
        awaitMessages(1);
        assertThat(Topics.read(topic)).extracting(ConsumerRecord::key).containsExactly("sent");
        assertThat(back.count("faultline.outbox.slots.lost")).isEqualTo(1);
        assertThat(output.getOut().lines()).anyMatch(line -> line.contains("ERROR") && line.contains("slot " + outbox
                .slot()) && line.contains("max_slot_wal_keep_size") && line.contains("messages that were not relayed"
                        + " are lost"));
    }

    @Test
    void aStandbyRelayDetectsAnInvalidatedSlot() throws Exception {
        Relay relay = outbox.relay().start();
        await().atMost(TIMEOUT).until(relay.relay::isActive);
        try (var _ = await().atMost(TIMEOUT).ignoreExceptions().until(outbox::takeSlot, _ -> true)) {
            outbox.send(hello("lost", 1));
            outbox.outgrowSlot();
        }

        await().atMost(TIMEOUT).until(relay.relay::isActive);
        outbox.send(hello("sent", 1));
        awaitMessages(1);
        assertThat(Topics.read(topic)).extracting(ConsumerRecord::key).containsExactly("sent");
        assertThat(relay.count("faultline.outbox.slots.lost")).isEqualTo(1);
    }

    @Test
    void aRelayDoesNotReplaceASlotThatAnotherHasAlreadyReplaced() throws Exception {
        outbox.relay().start().stop();
        outbox.outgrowSlot();
        Relay second = outbox.relay();
        try (var first = outbox.connect();
                var statement = first.createStatement();
                var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            statement.execute("select pg_advisory_lock(hashtext('" + outbox.slot() + "'))");
            Future<?> started = executor.submit(second::start);
            await().atMost(TIMEOUT).until(() -> outbox.query("select count(*) from pg_locks where not granted"
                    + " and locktype = 'advisory'").equals("1"));
            statement.execute("select pg_drop_replication_slot('" + outbox.slot() + "')");
            ReplicationSlot.of(first).create(first);
            outbox.send(hello("kept", 1));
            statement.execute("select pg_advisory_unlock(hashtext('" + outbox.slot() + "'))");
            assertThat(started).succeedsWithin(TIMEOUT);
        }

        awaitMessages(1);
        assertThat(second.count("faultline.outbox.slots.lost")).isZero();
    }

    @Test
    void recreatesADroppedSlot() throws Exception {
        Relay relay = outbox.relay().start();
        await().atMost(TIMEOUT).until(relay.relay::isActive);
        await().atMost(TIMEOUT).untilAsserted(() -> {
            outbox.terminateReader();
            outbox.query("select pg_drop_replication_slot('" + outbox.slot() + "')"); // fails while it is in use
        });
        await().atMost(TIMEOUT).until(() -> relay.count("faultline.outbox.slots.lost") == 1);
        await().atMost(TIMEOUT).until(relay.relay::isActive);
        outbox.send(hello("a", 1));

        awaitMessages(1);
    }

    @Test
    void skipsMessagesThatNoRetryCanSend() throws Exception {
        String narrow = topic + ".narrow";
        Topics.create(narrow, 1, Map.of("max.message.bytes", "1000"));
        Relay relay = outbox.relay().start();
        outbox.query("select pg_logical_emit_message(true, 'outbox', 'no envelope')");
        outbox.send(new OutgoingMessage(narrow, "a", new Hello("a".repeat(2_000), 1)), hello("a", 1));

        awaitMessages(1);
        outbox.awaitConfirmed();
        assertThat(relay.count("faultline.outbox.messages.undeliverable")).isEqualTo(2);
    }

    @Test
    void createsAMissingTopic() throws Exception {
        String late = topic + ".late";
        try (var impatient = impatientOutbox()) {
            impatient.relay(Map.of(), () -> Topics.create(late, 1, Map.of())).start();
            impatient.send(new OutgoingMessage(late, "a", new Hello("a", 1)));

            await().atMost(TIMEOUT).ignoreExceptions().until(() -> Topics.read(late).size() == 1);
        }
    }

    /** This happens when Kafka is unavailable for longer than the timeouts of relay and admin client. */
    @Test
    void retriesWhenTopicsCannotBeCreated() throws Exception {
        String late = topic + ".late";
        var attempts = new AtomicInteger();
        try (var impatient = impatientOutbox()) {
            impatient.relay(Map.of(), () -> {
                if (attempts.incrementAndGet() == 1) {
                    throw new IllegalStateException("could not configure topics");
                }
                Topics.create(late, 1, Map.of());
            }).start();
            impatient.send(new OutgoingMessage(late, "a", new Hello("a", 1)));

            await().atMost(TIMEOUT).ignoreExceptions().until(() -> Topics.read(late).size() == 1);
        }
    }

    /** Its producer waits for a missing topic for a shorter time than the relay's. */
    private static OutboxFixture impatientOutbox() {
        var kafka = new HashMap<>(Topics.connection());
        kafka.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 1_000);
        return new OutboxFixture(kafka);
    }

    private OutgoingMessage hello(String key, int number) {
        return new OutgoingMessage(topic, key, new Hello(key, number));
    }

    private void awaitMessages(int count) {
        await().atMost(TIMEOUT).until(() -> Topics.read(topic).size() >= count);
    }

    private static List<String> ids(List<ConsumerRecord<String, byte[]>> messages) {
        return messages.stream().map(message -> Topics.header(message, "id")).toList();
    }

    /** The numbers of each key in order of arrival, without duplicates. */
    private Map<String, List<Integer>> distinctNumbersByKey() {
        var seen = new HashSet<String>();
        var numbers = new LinkedHashMap<String, List<Integer>>();
        for (ConsumerRecord<String, byte[]> message : Topics.read(topic)) {
            if (seen.add(Topics.header(message, "id"))) {
                String text = Topics.text(message);
                int number = Integer.parseInt(text.substring(text.lastIndexOf(':') + 1, text.length() - 1));
                numbers.computeIfAbsent(message.key(), _ -> new ArrayList<>()).add(number);
            }
        }
        return numbers;
    }

    private static ProcessIdentity processIn(Path directory) {
        return ProcessHandle.current().descendants().filter(process -> process.info().command().orElse("").endsWith(
                "java") && process.info().commandLine().orElse("").contains(directory.toString()))
                .flatMap(process -> ProcessIdentity.of(process.pid()).stream()).findFirst().orElseThrow();
    }

    private static ChildProcess run(KafkaBroker broker, Path directory) {
        return ChildProcess.start(broker, directory.resolve("kafka.log"), Duration.ofSeconds(60));
    }
}
