package dev.faultline.order.checkout.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import dev.faultline.discovery.FencingToken;
import dev.faultline.discovery.LeaderElection;
import dev.faultline.order.checkout.jdbc.CheckoutProperties;
import dev.faultline.order.checkout.jdbc.JdbcOverdueCheckouts;
import dev.faultline.order.checkout.jdbc.JdbcOverdueCheckouts.SweepResult;
import dev.faultline.sharding.Bucket;
import dev.faultline.sharding.ShardDatabase;
import dev.faultline.sharding.ShardDatabases;
import dev.faultline.sharding.ShardName;
import dev.faultline.sharding.Shards;
import dev.faultline.sharding.StaleLeaderException;
import dev.faultline.testing.Consul;
import dev.faultline.testing.Database;
import dev.faultline.testing.Kafka;
import dev.faultline.testing.Postgres;
import dev.faultline.testing.ReplicationSlots;
import dev.faultline.testing.TestIssuer;
import dev.faultline.testing.TestPlatform;
import io.micrometer.core.instrument.MeterRegistry;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The test plays the participants. Tests make orders overdue or old by changing timestamps in the database. */
@Tag("integration")
@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT, properties = {"management.server.port=0",
    "spring.application.name=sweep-test", "faultline.database.name=sweep", "faultline.checkout.redrive-after=1h",
    "faultline.checkout.max-redrive-after=4h", "faultline.checkout.give-up-after=2h",
    "faultline.checkout.sweep-interval=200ms"})
class CheckoutSweepTest {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final String ROLE = "faultline/sweep/checkout-sweep";
    private static final String SLOT = "sweep_outbox";
    private static final Database ONE = Postgres.shared().createDatabase("sweep");
    /** A database on a server that no other test uses. */
    private static final Database TWO = Postgres.another().createDatabase("sweep");

    private final HttpClient http = HttpClient.newHttpClient();
    private final Shards shards;
    private final ShardDatabases databases;
    private final CheckoutSweep sweep;
    private final JdbcOverdueCheckouts checkouts;
    private final MeterRegistry meters;
    private final List<Command> commands = new ArrayList<>();
    @LocalServerPort private int port;
    private final KafkaConsumer<String, String> consumer = new KafkaConsumer<>(
            Map.of("bootstrap.servers", Kafka.shared().bootstrapServers(), "group.id", UUID.randomUUID().toString(),
                    "auto.offset.reset", "earliest"),
            new StringDeserializer(), new StringDeserializer());
    private final KafkaProducer<String, String> replies = new KafkaProducer<>(
            Map.of("bootstrap.servers", Kafka.shared().bootstrapServers()), new StringSerializer(),
            new StringSerializer());

    private record Command(String order, String type, JsonNode body) {}

    CheckoutSweepTest(@Autowired Shards shards, @Autowired ShardDatabases databases,
            @Autowired CheckoutSweep sweep, @Autowired JdbcOverdueCheckouts checkouts,
            @Autowired MeterRegistry meters) {
        this.shards = shards;
        this.databases = databases;
        this.sweep = sweep;
        this.checkouts = checkouts;
        this.meters = meters;
    }

    @DynamicPropertySource
    static void platform(DynamicPropertyRegistry registry) {
        TestPlatform.properties(ONE, TWO).forEach((name, value) -> registry.add(name, () -> value));
    }

    @BeforeEach
    void begin() throws Exception {
        consumer.subscribe(List.of("inventory.commands", "payment.commands"));
        assertThat(send(request("/api/catalogue/MUG").PUT(HttpRequest.BodyPublishers.ofString("""
                {"name": "A mug", "price": {"minorUnits": 1250, "currency": "EUR"}}"""))).statusCode()).isEqualTo(200);
        awaitLeader();
    }

    @AfterEach
    void end() throws Exception {
        stopLosingMessages();
        if (!sweep.isRunning()) {
            sweep.start();
        }
        consumer.close();
        replies.close();
        http.close();
    }

    @Test
    void completesAnOrderAlthoughEveryMessageIsLost() throws Exception {
        loseMessages();
        String id = placed();
        for (var exchange : List.of(List.of("ReserveStock", "StockReserved", "CHARGING_PAYMENT"),
                List.of("ChargePayment", "PaymentCharged", "CONFIRMED"))) {
            stopLosingMessages();
            makeOverdue(id);
            awaitCommand(id, exchange.get(0));
            loseMessages();
            reply(id, exchange.get(1));
            awaitCheckout(id, exchange.get(2));
        }
        assertThat(causes(id)).containsExactly("redrive", "StockReserved", "redrive", "PaymentCharged");
        assertThat(commandsOf(id)).containsExactly("ReserveStock", "ChargePayment");
        assertThat(meters.get("faultline.checkout.redrives").counter().count()).isGreaterThanOrEqualTo(2);
    }

    /** The server invalidates the slot at the same {@code max_slot_wal_keep_size} as in the local cluster. */
    @Test
    void completesAnOrderWhoseFirstMessageWasLostWithAnInvalidatedSlot() throws Exception {
        var lost = meters.get("faultline.outbox.slots.lost").tag("database", "shard-2").counter();
        double before = lost.count();
        String id;
        try (var _ = await().atMost(TIMEOUT).ignoreExceptions().until(() -> ReplicationSlots.take(TWO, SLOT),
                _ -> true)) {
            do {
                id = placed();
            } while (!shardOf(id).value().equals("shard-2"));
            ReplicationSlots.outgrow(TWO, SLOT);
        }
        await().atMost(TIMEOUT).until(() -> lost.count() == before + 1);

        makeOverdue(id);
        awaitCommand(id, "ReserveStock");
        reply(id, "StockReserved");
        awaitCommand(id, "ChargePayment");
        reply(id, "PaymentCharged");
        awaitCheckout(id, "CONFIRMED");
        assertThat(causes(id)).containsExactly("redrive", "StockReserved", "PaymentCharged");
        assertThat(commandsOf(id)).as("the first one was lost").containsExactly("ReserveStock", "ChargePayment");
    }

    @Test
    void compensatesAnOldOrderAlthoughEveryMessageIsLost() throws Exception {
        loseMessages();
        String id = placed();
        reply(id, "StockReserved");
        awaitCheckout(id, "CHARGING_PAYMENT");
        makeOld(id);
        makeOverdue(id);
        awaitCheckout(id, "VOIDING_PAYMENT");
        stopLosingMessages();
        makeOverdue(id);
        awaitCommand(id, "VoidPayment");
        reply(id, "PaymentVoided");
        awaitCommand(id, "ReleaseStock");
        reply(id, "StockReleased");
        awaitCheckout(id, "REJECTED");

        JsonNode order = order(id);
        assertThat(order.get("status").asString()).isEqualTo("REJECTED");
        assertThat(order.at("/rejection/code").asString()).isEqualTo("TIMED_OUT");
        assertThat(order.at("/rejection/detail").asString()).isEqualTo("it took too long to charge the payment");
        assertThat(causes(id)).containsExactly("StockReserved", "give-up", "redrive", "PaymentVoided", "StockReleased");
        assertThat(meters.get("faultline.checkout.timeouts").counter().count()).isPositive();
    }

    @Test
    void redrivesACompensationRegardlessOfTheOrdersAge() throws Exception {
        String id = placed();
        reply(id, "StockReserved");
        reply(id, "PaymentUnsettled", ", \"reason\": \"acquirer-timeout\"");
        awaitCheckout(id, "VOIDING_PAYMENT");
        makeOld(id);
        makeOverdue(id);
        awaitCommand(id, "VoidPayment", 2);
        reply(id, "PaymentVoided");
        reply(id, "StockReleased");
        awaitCheckout(id, "REJECTED");
    }

    /** The original was only slow, so both commands are executed and get a reply. */
    @Test
    void aRedrivenCommandThatWasNotLostChangesNothing() throws Exception {
        String id = placed();
        makeOverdue(id);
        awaitCommand(id, "ReserveStock", 2);
        assertThat(commands.stream().filter(command -> command.order.equals(id)).map(Command::body).distinct())
                .hasSize(1);
        reply(id, "StockReserved");
        reply(id, "StockReserved");
        awaitCommand(id, "ChargePayment");
        reply(id, "StockReserved");
        reply(id, "PaymentCharged");
        awaitCheckout(id, "CONFIRMED");
        assertThat(commandsOf(id)).containsExactly("ReserveStock", "ReserveStock", "ChargePayment");
    }

    @Test
    void backsOffWithEachRedriveAndStartsOverInTheNextState() throws Exception {
        String id = placed();
        assertThat(hoursLeft(id)).isEqualTo(1);
        for (long hours : List.of(2, 4, 4)) {
            makeOverdue(id);
            await().atMost(TIMEOUT).untilAsserted(() -> assertThat(hoursLeft(id)).isEqualTo(hours));
        }
        reply(id, "StockReserved");
        awaitCheckout(id, "CHARGING_PAYMENT");
        assertThat(hoursLeft(id)).isEqualTo(1);
        makeOverdue(id);
        await().atMost(TIMEOUT).untilAsserted(() -> assertThat(hoursLeft(id)).isEqualTo(2));
    }

    @Test
    void neverSweepsACompletedOrder() throws Exception {
        String id = placed();
        reply(id, "StockRejected", ", \"sku\": \"MUG\", \"requested\": 1, \"available\": 0");
        awaitCheckout(id, "REJECTED");
        assertThat(makeOverdue(id)).as("it is no longer in flight").isZero();
        await().during(Duration.ofSeconds(1)).untilAsserted(
                () -> assertThat(causes(id)).containsExactly("StockRejected"));
    }

    @Test
    void rejectsTheOldLeadersWrite() throws Exception {
        String id = placed();
        FencingToken newest = stopSweeping();
        makeOverdue(id);
        checkouts.sweep(shardOf(id), new FencingToken(newest.number() + 1));
        makeOverdue(id);
        assertThatExceptionOfType(StaleLeaderException.class).isThrownBy(() -> checkouts.sweep(shardOf(id), newest));
        assertThat(causes(id)).containsExactly("redrive");
    }

    @Test
    void continuesAfterConsulHasLostItsStateAndTokensRestart() throws Exception {
        String id = placed();
        FencingToken seen = new FencingToken(stopSweeping().number() + 1_000_000);
        makeOverdue(id);
        checkouts.sweep(shardOf(id), seen);
        sweep.start();
        awaitLeader();
        makeOverdue(id);
        await().atMost(TIMEOUT).untilAsserted(() -> assertThat(causes(id)).containsExactly("redrive", "redrive"));
    }

    @Test
    void anotherInstanceSweepsWithinTwoLeasesWhenTheLeaderCrashes() throws Exception {
        String id = placed();
        FencingToken last = stopSweeping();
        electACrashedInstance();
        sweep.start();
        makeOverdue(id);
        await().during(Duration.ofSeconds(5)).atMost(Duration.ofSeconds(6)).until(() -> causes(id).isEmpty());
        assertThat(leader()).isZero();
        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> assertThat(causes(id)).containsExactly("redrive"));
        assertThat(highestToken(shardOf(id))).isGreaterThan(last.number());
    }

    /** The reply's transaction is open when the sweep reads the checkout. */
    @Test
    void aReplyJustBeforeTheSweepWinsAndDelaysNoOtherOrder() throws Exception {
        String replied = placed();
        String other = placedBeside(replied);
        FencingToken token = new FencingToken(stopSweeping().number() + 1);
        CompletableFuture<SweepResult> swept;
        try (Connection reply = connect(replied); var statement = reply.createStatement()) {
            reply.setAutoCommit(false);
            makeOverdue(replied);
            makeOverdue(other);
            statement.execute("update open_order set version = 2, state = 'CHARGING_PAYMENT', deadline_at = now()"
                    + " + interval '1 hour' where id = '" + replied + "'");
            swept = CompletableFuture.supplyAsync(() -> checkouts.sweep(shardOf(replied), token));
            await().until(() -> isWaitingForALock(replied));
            reply.commit();
        }
        assertThat(swept).succeedsWithin(TIMEOUT);
        assertThat(causes(other)).containsExactly("redrive");
        assertThat(causes(replied)).isEmpty();
        assertThat(order(replied).get("checkout").asString()).isEqualTo("CHARGING_PAYMENT");
    }

    /** The sweep's transaction is open when the reply arrives; the reply is retried on the new version. */
    @Test
    void aReplyDuringTheSweepIsAppliedToTheSweepsVersion() throws Exception {
        String id = placed();
        stopSweeping();
        try (Connection givingUp = connect(id); var statement = givingUp.createStatement()) {
            givingUp.setAutoCommit(false);
            statement.execute(
                    "update open_order set version = 2, state = 'RELEASING_STOCK', rejection_code = 'TIMED_OUT',"
                            + " rejection_detail = 'it took too long to reserve the stock' where id = '" + id
                            + "'");
            reply(id, "StockReserved");
            await().until(() -> isWaitingForALock(id));
            givingUp.commit();
        }
        reply(id, "StockReleased");
        awaitCheckout(id, "REJECTED");
        assertThat(commandsOf(id)).doesNotContain("ChargePayment");
    }

    @Test
    void measuresHowLongTheOldestOrderIsOverdue() throws Exception {
        String id = placed();
        sql(id, "update open_order set deadline_at = now() - interval '90 seconds' where id = ?");
        await().atMost(TIMEOUT).pollInterval(Duration.ofMillis(20)).until(() -> meters.get(
                "faultline.checkout.overdue.age").timeGauge().value(TimeUnit.SECONDS) >= 90);
        await().atMost(TIMEOUT).until(() -> meters.get("faultline.checkout.overdue.age").timeGauge().value() == 0);
    }

    @Test
    void rejectsInvalidTimeoutsAndLimits() {
        var second = Duration.ofSeconds(1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new CheckoutProperties(Duration.ZERO, second, second, second, 1, 1, second))
                .withMessage("faultline.checkout.redrive-after must be at least 1ms");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new CheckoutProperties(second, Duration.ofMillis(999), second, second, 1, 1, second))
                .withMessageContaining("faultline.checkout.max-redrive-after");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new CheckoutProperties(second, second, Duration.ofMillis(999), second, 1, 1, second))
                .withMessageContaining("faultline.checkout.give-up-after");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new CheckoutProperties(second, second, second, second, 0, 1, second))
                .withMessageContaining("faultline.checkout.sweep-batch");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new CheckoutProperties(second, second, second, second, 1, 0, second))
                .withMessageContaining("faultline.checkout.max-in-flight");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new CheckoutProperties(second, second, second, second, 1, 1, Duration.ZERO))
                .withMessageContaining("faultline.checkout.batch-interval");
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .header("Authorization", TestIssuer.shared().bearerOfAll()).header("Content-Type", "application/json")
                .timeout(TIMEOUT);
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private String placed() throws Exception {
        return placed("customer-" + UUID.randomUUID());
    }

    private String placed(String customer) throws Exception {
        var response = send(request("/api/orders").POST(HttpRequest.BodyPublishers.ofString("""
                {"customer": "%s", "paymentMethod": "card-visa", "lines": [{"sku": "MUG", "quantity": 1}]}"""
                .formatted(customer))));
        assertThat(response.statusCode()).as(response.body()).isEqualTo(202);
        return JSON.readTree(response.body()).get("id").asString();
    }

    /** Places an order on the same shard. */
    private String placedBeside(String id) throws Exception {
        return placed(order(id).get("customer").asString());
    }

    /**
     * Loses all messages from now on: drops the slot with its messages, as when the server invalidates it, and occupies
     * its name, so that the relay cannot create another.
     */
    private void loseMessages() throws SQLException {
        for (ShardDatabase shard : databases.all()) {
            try (Connection connection = connect(shard); var statement = connection.createStatement()) {
                await().atMost(TIMEOUT).ignoreExceptions().until(() -> {
                    statement.execute("select pg_terminate_backend(active_pid, 1000) from pg_replication_slots"
                            + " where slot_name = 'sweep_outbox' and active");
                    statement.execute("select pg_drop_replication_slot('sweep_outbox')");
                    statement.execute("select pg_create_physical_replication_slot('sweep_outbox')");
                    return true;
                });
            }
        }
    }

    /** Messages sent from now on arrive; earlier ones stay lost. */
    private void stopLosingMessages() throws SQLException {
        for (ShardDatabase shard : databases.all()) {
            try (Connection connection = connect(shard); var statement = connection.createStatement()) {
                statement.execute("select pg_drop_replication_slot(slot_name) from pg_replication_slots"
                        + " where slot_name = 'sweep_outbox' and slot_type = 'physical'");
                await().atMost(TIMEOUT).until(() -> {
                    try (var slot = statement.executeQuery("select from pg_replication_slots where active"
                            + " and slot_name = 'sweep_outbox' and slot_type = 'logical'")) {
                        return slot.next();
                    }
                });
            }
        }
    }

    private JsonNode order(String id) throws IOException, InterruptedException {
        return JSON.readTree(send(request("/api/orders/" + id).GET()).body());
    }

    /** The cause of each step except the first. */
    private List<String> causes(String id) throws IOException, InterruptedException {
        return order(id).get("timeline").valueStream().skip(1).map(step -> step.get("reply").asString()).toList();
    }

    private void awaitCheckout(String id, String state) {
        await().atMost(TIMEOUT)
                .untilAsserted(() -> assertThat(order(id).get("checkout").asString()).isEqualTo(state));
    }

    private void reply(String id, String type) {
        reply(id, type, "");
    }

    private void reply(String id, String type, String more) {
        var record = new ProducerRecord<>("checkout.replies", id, "{\"orderId\": \"" + id + "\"" + more + "}");
        record.headers().add("type", type.getBytes(StandardCharsets.UTF_8));
        record.headers().add("id", UUID.randomUUID().toString().getBytes(StandardCharsets.UTF_8));
        assertThat(replies.send(record)).succeedsWithin(Duration.ofSeconds(10));
    }

    private List<String> commandsOf(String id) {
        consumer.poll(Duration.ofMillis(200)).forEach(record -> commands.add(new Command(record.key(),
                new String(record.headers().lastHeader("type").value(), StandardCharsets.UTF_8),
                JSON.readTree(record.value()))));
        return commands.stream().filter(command -> command.order.equals(id)).map(Command::type).toList();
    }

    private void awaitCommand(String id, String type) {
        awaitCommand(id, type, 1);
    }

    private void awaitCommand(String id, String type, int times) {
        await().atMost(TIMEOUT).until(() -> commandsOf(id).stream().filter(type::equals).count() >= times);
    }

    private int makeOverdue(String id) throws SQLException {
        return sql(id, "update open_order set deadline_at = now() where id = ?");
    }

    private void makeOld(String id) throws SQLException {
        sql(id, "update open_order set placed_at = now() - interval '3 hours' where id = ?");
    }

    private long hoursLeft(String id) {
        return shards.read(Bucket.parse(id.substring(0, 2)), jdbc -> jdbc.sql("""
                select round(extract(epoch from deadline_at - now()) / 3600) from open_order where id = ?""")
                .param(id).query(Long.class).single());
    }

    private ShardName shardOf(String id) {
        return shards.shardOf(Bucket.parse(id.substring(0, 2)));
    }

    private Connection connect(String id) throws SQLException {
        return connect(databases.all().stream().filter(shard -> shard.shard().equals(shardOf(id))).findFirst()
                .orElseThrow());
    }

    private static Connection connect(ShardDatabase shard) throws SQLException {
        return DriverManager.getConnection(shard.jdbcUrl(), shard.user(), shard.password());
    }

    private int sql(String id, String update) throws SQLException {
        try (Connection connection = connect(id); var statement = connection.prepareStatement(update)) {
            statement.setString(1, id);
            return statement.executeUpdate();
        }
    }

    private boolean isWaitingForALock(String id) {
        return shards.read(shardOf(id), jdbc -> jdbc.sql("""
                select count(*) > 0 from pg_stat_activity where wait_event_type = 'Lock'
                and query like '%update open_order%'""").query(Boolean.class).single());
    }

    private double leader() {
        return meters.get("faultline.checkout.sweep.leader").gauge().value();
    }

    private void awaitLeader() {
        await().atMost(TIMEOUT).until(() -> leader() == 1);
    }

    /** Stops the sweep and returns a token above its last one. */
    private FencingToken stopSweeping() {
        sweep.stop();
        try (var next = new LeaderElection(consul(), ROLE, "test")) {
            return await().atMost(TIMEOUT).until(next::token, Optional::isPresent).orElseThrow();
        }
    }

    private static dev.faultline.discovery.Consul consul() {
        return new dev.faultline.discovery.Consul(Consul.shared().host(), Consul.shared().port());
    }

    /** Acquires leadership in a session that is never renewed, like that of a crashed instance. */
    private void electACrashedInstance() throws Exception {
        var session = send(consulRequest("/v1/session/create", """
                {"TTL": "10s", "Behavior": "release", "LockDelay": "0s"}"""));
        String id = JSON.readTree(session.body()).get("ID").asString();
        assertThat(send(consulRequest("/v1/kv/" + ROLE + "/leader?acquire=" + id, "dead")).body()).contains("true");
    }

    private static HttpRequest.Builder consulRequest(String path, String body) {
        return HttpRequest.newBuilder(Consul.shared().uri().resolve(path))
                .PUT(HttpRequest.BodyPublishers.ofString(body));
    }

    private long highestToken(ShardName shard) {
        return shards.read(shard, jdbc -> jdbc.sql("select highest from fencing_token").query(Long.class).single());
    }
}
