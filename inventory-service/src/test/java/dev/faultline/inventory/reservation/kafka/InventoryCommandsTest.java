package dev.faultline.inventory.reservation.kafka;

import static dev.faultline.inventory.Commands.newOrder;
import static dev.faultline.inventory.Commands.release;
import static dev.faultline.inventory.Commands.reserve;
import static dev.faultline.inventory.Goods.ONE;
import static dev.faultline.inventory.Goods.TWO;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;

import dev.faultline.contracts.CheckoutReply;
import dev.faultline.contracts.InventoryCommand;
import dev.faultline.contracts.OrderId;
import dev.faultline.inventory.Goods;
import dev.faultline.inventory.OnTwoShards;
import dev.faultline.inventory.stock.StockLevels;
import dev.faultline.inventory.stock.jdbc.StockQueries;
import dev.faultline.messaging.MessageTopics;
import dev.faultline.messaging.Outbox;
import dev.faultline.messaging.OutgoingMessage;
import dev.faultline.sharding.Bucket;
import dev.faultline.sharding.Shards;
import dev.faultline.testing.Kafka;
import io.micrometer.core.instrument.MeterRegistry;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Sends commands and receives replies over Kafka; the test uses the service's outbox to send. */
@Tag("integration")
@OnTwoShards
class InventoryCommandsTest {
    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";

    @Autowired private Shards shards;
    @Autowired private StockLevels levels;
    @Autowired private StockQueries queries;
    @Autowired private Outbox outbox;
    @Autowired private MeterRegistry metrics;
    private Goods goods;
    private final List<ConsumerRecord<String, String>> seen = new ArrayList<>();
    private final KafkaConsumer<String, String> replies = new KafkaConsumer<>(
            Map.of("bootstrap.servers", Kafka.shared().bootstrapServers(), "group.id", UUID.randomUUID().toString(),
                    "auto.offset.reset", "earliest", "fetch.max.wait.ms", 10),
            new StringDeserializer(), new StringDeserializer());

    @BeforeEach
    void listen() {
        goods = new Goods(shards, levels, queries);
        replies.subscribe(List.of(CheckoutReply.TOPIC, MessageTopics.deadLetterTopic(InventoryCommand.TOPIC)));
    }

    @AfterEach
    void close() {
        replies.close();
    }

    private void send(InventoryCommand... commands) {
        shards.transact(new Bucket(0), session -> {
            try {
                outbox.append(session.connection(), List.of(commands).stream()
                        .map(command -> new OutgoingMessage(InventoryCommand.TOPIC, command.orderId().value(), command,
                                "00-" + TRACE + "-b7ad6b7169203331-01"))
                        .toList());
            } catch (SQLException e) {
                throw new AssertionError(e);
            }
            return commands;
        });
    }

    private List<ConsumerRecord<String, String>> answers(OrderId order, int count) {
        await().atMost(Duration.ofSeconds(30)).until(() -> {
            replies.poll(Duration.ofMillis(200)).forEach(seen::add);
            return about(order).size() >= count;
        });
        assertThat(about(order)).hasSize(count);
        return about(order);
    }

    private List<ConsumerRecord<String, String>> about(OrderId order) {
        return seen.stream().filter(record -> record.key().equals(order.value())).toList();
    }

    private static String header(ConsumerRecord<String, String> record, String name) {
        return new String(record.headers().lastHeader(name).value(), StandardCharsets.US_ASCII);
    }

    private static JsonNode json(String text) {
        return JsonMapper.shared().readTree(text);
    }

    @Test
    void repliesToCommandsInOrderAndInTheirTrace() {
        String coffee = goods.received(ONE, 5);
        String tea = goods.received(TWO, 5);
        OrderId order = newOrder();
        OrderId tooMuch = newOrder();

        send(reserve(order, coffee + " 2", tea + " 2"));
        answers(order, 1);
        send(reserve(tooMuch, coffee + " 4", tea + " 1"));
        var rejection = answers(tooMuch, 1).getFirst();
        send(release(order, coffee + " 2", tea + " 2"));

        var answers = answers(order, 2);
        assertThat(answers).extracting(answer -> header(answer, "type")).containsExactly("StockReserved",
                "StockReleased");
        assertThat(answers).allSatisfy(answer -> {
            assertThat(header(answer, "traceparent")).startsWith("00-" + TRACE + "-");
            assertThat(json(answer.value())).isEqualTo(json("{\"orderId\": \"" + order + "\"}"));
        });
        assertThat(header(rejection, "type")).isEqualTo("StockRejected");
        assertThat(json(rejection.value())).isEqualTo(json("""
                {"orderId": "%s", "sku": "%s", "requested": 4, "available": 3}""".formatted(tooMuch, coffee)));
        goods.assertConsistent(coffee, tea);
        assertThat(metrics.get("faultline.inventory.replies").tag("reply", "StockRejected").counter().count())
                .isPositive();
    }

    @Test
    void publishesAnInvalidCommandAsADeadLetterAndExecutesTheRest() {
        String coffee = goods.received(ONE, 50);
        OrderId invalid = newOrder();
        List<OrderId> others = IntStream.range(0, 10).mapToObj(_ -> newOrder()).toList();

        send(reserve(others.getFirst(), coffee + " 1"), reserve(invalid, coffee + " 1", coffee + " 1"));
        others.stream().skip(1).forEach(order -> send(reserve(order, coffee + " 1")));

        assertThat(answers(invalid, 1)).extracting(ConsumerRecord::topic)
                .containsExactly(MessageTopics.deadLetterTopic(InventoryCommand.TOPIC));
        others.forEach(order -> assertThat(header(answers(order, 1).getFirst(), "type")).isEqualTo("StockReserved"));
        assertThat(goods.available(coffee)).isEqualTo(40);
        goods.assertConsistent(coffee);
    }
}
