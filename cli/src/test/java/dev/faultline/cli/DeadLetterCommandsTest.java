package dev.faultline.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import dev.faultline.backing.ChildProcess;
import dev.faultline.backing.FreePorts;
import dev.faultline.backing.KafkaBroker;
import dev.faultline.deadletters.DeadLetters;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** On a real broker, with dead letters in the format of libs/messaging. */
@Tag("integration")
class DeadLetterCommandsTest {
    private static final List<String> TOPICS = List.of("commands", "commands.dead-letters", "replies",
            "replies.dead-letters");
    @TempDir static Path directory;
    private static KafkaBroker broker;
    private static ChildProcess running;
    private static Admin admin;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeAll
    static void startKafka() {
        List<Integer> ports = FreePorts.take(2);
        broker = new KafkaBroker("kafka", directory, ports.get(0), ports.get(1));
        running = ChildProcess.start(broker, directory.resolve("kafka.log"), Duration.ofSeconds(60));
        admin = Admin.create(Map.<String, Object>of("bootstrap.servers", broker.bootstrapServers()));
    }

    @AfterAll
    static void stopKafka() {
        admin.close();
        running.close();
    }

    @BeforeEach
    void createTopics() throws Exception {
        admin.createTopics(TOPICS.stream().map(name -> new NewTopic(name, 1, (short) 1)).toList()).all().get();
    }

    @AfterEach
    void deleteTopics() throws Exception {
        admin.deleteTopics(TOPICS).all().get();
        await().until(() -> admin.listTopics().names().get().stream().noneMatch(TOPICS::contains));
    }

    @Test
    void listsDeadLettersNewestLastWithTotals() throws Exception {
        sendDeadLetter("replies", "order-1", "StockReserved", "late");
        sendDeadLetter("commands", "order-2", "ReserveStock", "a message of unknown type Unheard");
        sendDeadLetter("commands", "order-3", "ReserveStock", "x".repeat(200));

        assertThat(run("list")).isZero();
        assertThat(lines()).hasSize(6);
        assertThat(lines().get(0)).startsWith("ID ").contains("REASON");
        assertThat(lines().get(1)).startsWith("replies.dead-letters-0@0 ").contains("StockReserved", "order-1", " no ",
                "late");
        assertThat(lines().get(3)).startsWith("commands.dead-letters-0@1 ").contains("order-3").endsWith("xx…");
        assertThat(lines().getLast()).isEqualTo("3 dead letters, 0 replayed: 2 of commands, 1 of replies");
    }

    @Test
    void filtersByTopicAndByReplay() throws Exception {
        sendDeadLetter("replies", "order-1", "StockReserved", "late");
        sendDeadLetter("commands", "order-2", "ReserveStock", "late");
        sendDeadLetter("commands", "order-3", "ReserveStock", "late");
        run("replay", "commands.dead-letters-0@0");

        assertThat(run("list", "--topic", "commands")).isZero();
        assertThat(lines().getLast()).isEqualTo("2 dead letters, 1 replayed: 2 of commands");
        assertThat(lines()).anyMatch(line -> line.contains("order-2") && line.contains(" once "));
        assertThat(run("list", "--topic", "commands", "--open")).isZero();
        assertThat(lines()).noneMatch(line -> line.contains("order-2"));
        assertThat(lines().getLast()).isEqualTo("1 dead letter, 0 replayed: 1 of commands");
    }

    @Test
    void printsAllHeadersAndTheContentAsIndentedJson() throws Exception {
        sendDeadLetter("commands", "order-1", "ReserveStock", "there is no such SKU");

        assertThat(run("show", "commands.dead-letters-0@0")).isZero();
        assertThat(lines()).contains("Dead letter commands.dead-letters-0@0", "  origin     commands-3@117",
                "  reason     there is no such SKU", "  type       ReserveStock", "  key        order-1",
                "  trace      0af7651916cd43dd8448eb211c80319c", "  replayed   no");
        assertThat(lines()).anyMatch(line -> line.matches("  id +0193-id"))
                .anyMatch(line -> line.matches("  dead-letter-offset +117"));
        assertThat(out.toString()).endsWith("""
                Content
                {
                  "orderId" : "order-1",
                  "quantity" : 2
                }
                """);
    }

    @Test
    void printsContentThatIsNotJsonWithoutTerminalControls() throws Exception {
        send("commands.dead-letters", "order-1", "{\"orderId\": \u001b[31m", Map.of("dead-letter-reason",
                "line one\nline two \u0007"));

        assertThat(run("show", "commands.dead-letters-0@0")).isZero();
        assertThat(lines()).contains("  reason     line one line two ?", "not JSON:", "{\"orderId\": ?[31m",
                "  origin     commands");
    }

    @Test
    void replaysToTheOriginalTopicWithKeyContentAndHeaders() throws Exception {
        sendDeadLetter("commands", "order-1", "ReserveStock", "late");

        assertThat(run("replay", "commands.dead-letters-0@0")).isZero();
        assertThat(out.toString()).isEqualTo("commands.dead-letters-0@0 was sent to commands again.\n");
        ConsumerRecord<String, String> message = read("commands").getFirst();
        assertThat(message.key()).isEqualTo("order-1");
        assertThat(message.value()).isEqualTo("{\"orderId\":\"order-1\",\"quantity\":2}");
        assertThat(headers(message.headers())).containsExactly(Map.entry("id", "0193-id"), Map.entry("type",
                "ReserveStock"), Map.entry("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
                Map.entry("replay-count", "1"), Map.entry("replay-of", "commands.dead-letters-0@0"));
    }

    @Test
    void rejectsASecondReplayWithoutAgain() throws Exception {
        sendDeadLetter("commands", "order-1", "ReserveStock", "late");
        run("replay", "commands.dead-letters-0@0");

        assertThat(run("replay", "commands.dead-letters-0@0")).isEqualTo(1);
        assertThat(err.toString()).startsWith("faultline: commands.dead-letters-0@0 was already replayed at ")
                .contains("--again").hasLineCount(1);
        assertThat(read("commands")).hasSize(1);
        assertThat(run("replay", "commands.dead-letters-0@0", "--again")).isZero();
        assertThat(read("commands")).extracting(message -> headers(message.headers()).get("replay-count"))
                .containsExactly("1", "2");
        run("list");
        assertThat(lines()).anyMatch(line -> line.contains(" 2 times "));
    }

    @Test
    void replaysAllThatWereNotReplayedOldestFirst() throws Exception {
        sendDeadLetter("commands", "order-1", "ReserveStock", "late");
        sendDeadLetter("replies", "order-2", "StockReserved", "late");
        sendDeadLetter("commands", "order-3", "ReserveStock", "late");
        run("replay", "commands.dead-letters-0@0");

        assertThat(run("replay", "--all", "--topic", "commands")).isZero();
        assertThat(lines()).containsExactly("commands.dead-letters-0@1 was sent to commands again.",
                "1 dead letter replayed. A message that fails again becomes a new dead letter.");
        assertThat(run("replay", "--all")).isZero();
        assertThat(lines().getFirst()).startsWith("replies.dead-letters-0@0 ");
        assertThat(run("replay", "--all")).isZero();
        assertThat(out.toString()).isEqualTo("There are no dead letters that were not replayed. There are 3 in all, of "
                + "commands, replies.\n");
        assertThat(read("commands")).extracting(ConsumerRecord::key).containsExactly("order-1", "order-3");
    }

    @Test
    void reportsThatThereAreNoDeadLetters() throws Exception {
        assertThat(run("list")).isZero();
        assertThat(out.toString()).isEqualTo("There are no dead letters.\n");
        assertThat(run("replay", "--all")).isZero();
        assertThat(out.toString()).isEqualTo("There are no dead letters.\n");
        sendDeadLetter("commands", "order-1", "ReserveStock", "late");
        assertThat(run("list", "--topic", "comands")).isZero();
        assertThat(out.toString()).isEqualTo(
                "There are no dead letters of comands. There are 1 in all, of commands.\n");
    }

    @Test
    void rejectsTheIdOfNoDeadLetter() {
        for (String id : List.of("commands.dead-letters-0@0", "commands.dead-letters-7@0", "none.dead-letters-0@0")) {
            assertThat(run("show", id)).isEqualTo(1);
            assertThat(err.toString()).isEqualTo("faultline: There is no dead letter " + id
                    + ". See ./faultline dead-letters list.\n");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "17", "commands-3@117", "commands.dead-letters", "commands.dead-letters-0",
        "commands.dead-letters-0@", "commands.dead-letters-0@-1", "commands.dead-letters-0@99999999999999999999"})
    void explainsTheFormatOfAnId(String id) {
        assertThat(run("replay", id)).isEqualTo(1);
        assertThat(err.toString()).isEqualTo("faultline: \"" + id + "\" is not the id of a dead letter. An example is "
                + "inventory.commands.dead-letters-3@17; see ./faultline dead-letters list.\n");
    }

    @Test
    void requiresEitherAnIdOrAll() {
        for (var arguments : List.of(List.of("replay"), List.of("replay", "commands.dead-letters-0@0", "--all"))) {
            assertThat(run(arguments.toArray(String[]::new))).isEqualTo(1);
            assertThat(err.toString()).isEqualTo("faultline: Specify either an ID or --all.\n");
        }
    }

    @Test
    void reportsThatTheClusterIsNotRunning() {
        assertThat(Faultline.commandLine(new PrintWriter(out, true), new PrintWriter(err, true))
                .execute("dead-letters", "list", "--home", directory.resolve("nobody").toString())).isEqualTo(1);
        assertThat(err.toString()).contains("is not running. Start it with ./faultline up.").hasLineCount(1);
    }

    private int run(String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        var whole = new ArrayList<>(List.of("dead-letters"));
        whole.addAll(List.of(arguments));
        return Faultline.commandLine(new PrintWriter(out, true), new PrintWriter(err, true), _ -> new DeadLetters(Map
                .of(
                        "bootstrap.servers", broker.bootstrapServers()))).execute(whole.toArray(String[]::new));
    }

    private List<String> lines() {
        return out.toString().lines().toList();
    }

    private static void sendDeadLetter(String topic, String key, String type, String reason) throws Exception {
        var headers = new LinkedHashMap<String, String>();
        headers.put("id", "0193-id");
        headers.put("type", type);
        headers.put("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        headers.put("dead-letter-reason", reason);
        headers.put("dead-letter-topic", topic);
        headers.put("dead-letter-partition", "3");
        headers.put("dead-letter-offset", "117");
        send(topic + ".dead-letters", key, "{\"orderId\":\"" + key + "\",\"quantity\":2}", headers);
    }

    private static void send(String topic, String key, String content, Map<String, String> headers) throws Exception {
        try (var producer = new KafkaProducer<>(Map.of("bootstrap.servers", broker.bootstrapServers()),
                new StringSerializer(), new StringSerializer())) {
            var message = new ProducerRecord<>(topic, key, content);
            headers.forEach((name, value) -> message.headers().add(name, value.getBytes(UTF_8)));
            producer.send(message).get();
        }
    }

    private static List<ConsumerRecord<String, String>> read(String topic) {
        try (var consumer = new KafkaConsumer<>(Map.of("bootstrap.servers", broker.bootstrapServers(),
                "auto.offset.reset", "earliest", "fetch.max.wait.ms", 10), new StringDeserializer(),
                new StringDeserializer())) {
            var partition = new TopicPartition(topic, 0);
            consumer.assign(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
            var messages = new ArrayList<ConsumerRecord<String, String>>();
            while (consumer.position(partition) < end) {
                consumer.poll(Duration.ofMillis(100)).forEach(messages::add);
            }
            return messages;
        }
    }

    private static Map<String, String> headers(Headers headers) {
        var all = new LinkedHashMap<String, String>();
        headers.forEach(header -> all.put(header.key(), new String(header.value(), UTF_8)));
        return all;
    }
}
