package dev.faultline.payment;

import static dev.faultline.payment.ledger.Transfer.Kind.CHARGE;
import static dev.faultline.payment.ledger.Transfer.Kind.REFUND;
import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Stream;

import dev.faultline.contracts.CheckoutReply;
import dev.faultline.contracts.CheckoutReply.PaymentCharged;
import dev.faultline.contracts.CheckoutReply.PaymentDeclined;
import dev.faultline.contracts.CheckoutReply.PaymentUnsettled;
import dev.faultline.contracts.CheckoutReply.PaymentVoided;
import dev.faultline.contracts.Money;
import dev.faultline.contracts.OrderId;
import dev.faultline.contracts.PaymentCommand;
import dev.faultline.contracts.PaymentCommand.ChargePayment;
import dev.faultline.contracts.PaymentCommand.VoidPayment;
import dev.faultline.messaging.MessageConsumers;
import dev.faultline.messaging.Outbox;
import dev.faultline.messaging.OutgoingMessage;
import dev.faultline.messaging.ReceivedMessage;
import dev.faultline.payment.ledger.Transfer;
import dev.faultline.payment.paying.Acquirer.Answer.NotSent;
import dev.faultline.payment.paying.Acquirer.Operation;
import dev.faultline.payment.paying.Payment.Status;
import dev.faultline.payment.paying.Payments;
import dev.faultline.payment.paying.Payments.LeasedPayment;
import dev.faultline.payment.paying.Payments.Outcome;
import dev.faultline.payment.paying.Payments.ReceivedCommand;
import dev.faultline.payment.paying.ProcessingPayments;
import dev.faultline.payment.paying.StoredPayment;
import dev.faultline.payment.paying.SupersededException;
import dev.faultline.payment.paying.jdbc.PaymentQueries;
import dev.faultline.sharding.Bucket;
import dev.faultline.sharding.Reads;
import dev.faultline.sharding.Shards;
import dev.faultline.testing.AuthorizationTable;
import dev.faultline.testing.Database;
import dev.faultline.testing.Postgres;
import dev.faultline.testing.TestIssuer;
import dev.faultline.testing.TestPlatform;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.micrometer.core.instrument.MeterRegistry;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.boot.test.web.server.LocalManagementPort;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.http.HttpStatusCode;
import org.springframework.kafka.listener.ConcurrentMessageListenerContainer;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.web.client.RestClient;
import tools.jackson.databind.JsonNode;

/** Tests the service with two real shards, Kafka, Consul and the acquirer-simulator. */
@Tag("integration")
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT, properties = {"management.server.port=0",
    "resilience4j.circuitbreaker.instances.acquirer.wait-duration-in-open-state=5s"})
class PaymentServiceTest {
    private static final AcquirerProcess acquirer = new AcquirerProcess();
    private static final List<CheckoutReply> replies = new CopyOnWriteArrayList<>();
    private static final AtomicInteger ids = new AtomicInteger();
    /** As in application.yml. */
    private static final int BULKHEAD = 32;
    private static final Money AMOUNT = new Money(1250, "EUR");
    /** More than three attempts of one second each. */
    private static final Duration TIMEOUT = Duration.ofSeconds(15);

    /** With this seed and half of the requests failing, every request succeeds within three attempts. */
    private static final long SEED = 58;

    @Autowired Shards shards;
    @Autowired Outbox outbox;
    @Autowired Payments payments;
    @Autowired PaymentQueries queries;
    @Autowired ProcessingPayments processing;
    @Autowired CircuitBreakerRegistry breakers;
    @Autowired MeterRegistry meters;
    @LocalServerPort int port;
    @LocalManagementPort int managementPort;
    @Autowired ApplicationContext context;

    @DynamicPropertySource
    static void infrastructure(DynamicPropertyRegistry registry) {
        Database first = Postgres.shared().createDatabase("payments");
        Database second = Postgres.another().createDatabase("payments");
        acquirer.start();
        TestPlatform.properties(first, second).forEach((name, value) -> registry.add(name, () -> value));
        registry.add("faultline.acquirer.url", acquirer::url);
        registry.add("faultline.acquirer.client-secret", () -> "which the test's issuer does not look at");
    }

    @TestConfiguration
    static class TheCheckout {
        @Bean
        ConcurrentMessageListenerContainer<String, byte[]> checkout(MessageConsumers consumers) {
            return consumers.container(CheckoutReply.TOPIC, "checkout", CheckoutReply.class,
                    batch -> batch.stream().map(ReceivedMessage::payload).forEach(replies::add));
        }
    }

    @BeforeEach
    void resetAcquirer() {
        acquirer.start();
        acquirer.clearFaults();
        breaker().reset();
    }

    @Test
    void chargesOnceHoweverOftenTheCommandIsRepeated() {
        OrderId order = newOrder();
        for (int repeats = 1; repeats <= 2; repeats++) {
            send(charge(order), charge(order));
            awaitReplies(order, repeats);
        }
        send(charge(order));
        awaitReplies(order, 3);

        assertThat(replies(order)).containsOnly(new PaymentCharged(order));
        assertThat(acquirer.journal(order)).containsExactly("CHARGED");
        assertThat(status(order)).isEqualTo(Status.CHARGED);
        assertThat(ledger(order)).containsExactly(CHARGE);
    }

    /** The charge's outcome was read from the log and answered before its transaction is visible to others. */
    @Test
    void waitsForAnOutcomeThatIsNotVisibleYet() {
        OrderId order = charged();
        shards.transact(Bucket.parse(order.bucketCode()), session -> session.jdbc()
                .sql("update payment set status = 'CHARGING', version = version - 1 where order_id = ?")
                .param(order.value()).update());
        shards.transact(Bucket.parse(order.bucketCode()), session -> {
            session.jdbc().sql("update payment set status = 'CHARGED', version = version + 1 where order_id = ?")
                    .param(order.value()).update();
            send(new VoidPayment(order));
            await().atMost(TIMEOUT).until(() -> shards.read(Bucket.parse(order.bucketCode()), jdbc -> jdbc.sql("""
                    select count(*) > 0 from pg_stat_activity
                    where wait_event_type = 'Lock' and query like '%update payment p%'""").query(Boolean.class)
                    .single()));
            return order;
        });

        awaitReply(new PaymentVoided(order));
        assertThat(status(order)).isEqualTo(Status.REFUNDED);
        assertThat(acquirer.journal(order)).containsExactly("CHARGED", "REFUNDED");
    }

    @Test
    void declinesWithTheAcquirersReason() {
        OrderId order = newOrder();
        send(new ChargePayment(order, AMOUNT, "card-expired", "alice"));

        awaitReply(new PaymentDeclined(order, "expired-card"));
        assertThat(breaker().getMetrics().getNumberOfFailedCalls()).as("a decline is not a failure").isZero();
        JsonNode shown = get("/api/payments/" + order).body();
        assertThat(shown.get("status").asString()).isEqualTo("DECLINED");
        assertThat(shown.get("declineReason").asString()).isEqualTo("expired-card");
        assertThat(shown.get("transfers")).isEmpty();
    }

    @Test
    void retriesTransientFailures() {
        acquirer.injectFaults(Map.of("failShare", 0.5, "seed", SEED));
        var orders = Stream.generate(this::charged).limit(4).toList();

        assertThat(breaker().getMetrics().getNumberOfFailedCalls()).isPositive();
        assertThat(orders).allSatisfy(order -> assertThat(acquirer.journal(order)).containsExactly("CHARGED"));
    }

    @Test
    void refundsAChargeThatTimedOutAndIsVoided() {
        OrderId order = newOrder();
        acquirer.injectFaults(Map.of("timeoutAfterChargeShare", 1));
        send(charge(order));
        awaitReply(new PaymentUnsettled(order, "acquirer-timeout"));
        assertThat(acquirer.journal(order)).containsExactly("CHARGED");

        acquirer.clearFaults();
        send(new VoidPayment(order));
        awaitReply(new PaymentVoided(order));
        assertThat(acquirer.journal(order)).containsExactly("CHARGED", "REFUNDED");
        assertThat(ledger(order)).containsExactly(CHARGE, REFUND);
    }

    @Test
    void chargesNothingWhenTheAcquirerIsSlowerThanItsVoid() {
        OrderId order = newOrder();
        acquirer.injectFaults(Map.of("slowShare", 1, "slowFor", "PT4S"));
        send(charge(order));
        awaitReply(new PaymentUnsettled(order, "acquirer-timeout"));
        acquirer.clearFaults();
        send(new VoidPayment(order));
        awaitReply(new PaymentVoided(order));

        await().during(Duration.ofSeconds(5)).atMost(Duration.ofSeconds(10)).untilAsserted(
                () -> assertThat(acquirer.journal(order)).last().isEqualTo("VOIDED"));
    }

    @Test
    void preventsAChargeThatArrivesAfterItsVoid() {
        OrderId order = newOrder();
        send(new VoidPayment(order));
        awaitReply(new PaymentVoided(order));
        send(charge(order));
        awaitReplies(order, 2);

        assertThat(replies(order)).containsOnly(new PaymentVoided(order));
        assertThat(acquirer.journal(order)).as("the acquirer is not called").isEmpty();
    }

    @Test
    void retriesAVoidUntilTheAcquirerConfirmsIt() {
        OrderId order = charged();
        acquirer.kill();
        send(new VoidPayment(order));
        await().atMost(TIMEOUT).until(() -> status(order) == Status.VOIDING && attempts(order) > 1);
        assertThat(replies(order)).doesNotContain(new PaymentVoided(order));
        OrderId refused = newOrder();
        send(charge(refused));
        awaitReply(new PaymentDeclined(refused, "acquirer-unavailable"));

        acquirer.start();
        awaitReply(new PaymentVoided(order), Duration.ofSeconds(40));
        assertThat(acquirer.journal(order)).containsExactly("CHARGED", "REFUNDED");
        assertThat(ledger(order)).containsExactly(CHARGE, REFUND);
    }

    @Test
    void declinesAChargeThatWasCertainlyNeverSent() {
        OrderId order = newOrder();
        breaker().transitionToOpenState();
        send(charge(order));
        awaitReplies(order, 1);
        breaker().reset();
        send(charge(order));
        awaitReplies(order, 2);

        assertThat(replies(order)).containsOnly(new PaymentDeclined(order, "acquirer-unavailable"));
        assertThat(acquirer.journal(order)).isEmpty();
    }

    @Test
    void isUnsettledWhenTheCircuitIsOpenButTheRequestMayHaveBeenSent() {
        OrderId order = newOrder();
        payments.lease(List.of(new ReceivedCommand(charge(order), null)));
        breaker().transitionToOpenState();
        send(charge(order));

        awaitReply(new PaymentUnsettled(order, "acquirer-unavailable"));
    }

    @Test
    void opensTheCircuitWhileTheAcquirerFailsAndClosesItAfterwards() {
        acquirer.injectFaults(Map.of("failShare", 1));
        var orders = Stream.generate(this::newOrder).limit(20).toList();
        orders.forEach(order -> send(charge(order)));
        await().atMost(TIMEOUT).until(() -> breaker().getState() == CircuitBreaker.State.OPEN);

        assertThat(get(managementPort, "/actuator/health/readiness").status).isEqualTo(200);
        Answer health = get(managementPort, "/actuator/health");
        assertThat(health.status).isEqualTo(200);
        assertThat(health.body.at("/components/circuitBreakers/details/acquirer/details/state").asString())
                .isEqualTo("OPEN");
        assertThat(meters.get("resilience4j.circuitbreaker.state").tags("name", "acquirer", "state", "open").gauge()
                .value()).isEqualTo(1);
        awaitAnAnswerToEach(orders);
        assertThat(orders.stream().map(order -> replies(order).getFirst()))
                .allMatch(reply -> reply instanceof PaymentUnsettled || reply instanceof PaymentDeclined);

        acquirer.clearFaults();
        await().atMost(TIMEOUT).until(() -> breaker().getState() == CircuitBreaker.State.HALF_OPEN);
        var later = Stream.generate(this::newOrder).limit(5).toList();
        later.forEach(order -> send(charge(order)));
        awaitEach(later, PaymentCharged::new);
        assertThat(breaker().getState()).isEqualTo(CircuitBreaker.State.CLOSED);
    }

    @Test
    void limitsConcurrentRequestsToTheAcquirer() {
        acquirer.injectFaults(Map.of("slowShare", 1, "slowFor", "PT0.3S"));
        var orders = Stream.generate(this::newOrder).limit(BULKHEAD * 2 + 6).toList();
        chargeAtOnce(orders);

        var times = acquirer.journal().stream().filter(entry -> orders.contains(new OrderId(entry.paymentId())))
                .map(AcquirerProcess.Entry::at).toList();
        assertThat(times).hasSameSizeAs(orders);
        for (int later = BULKHEAD; later < times.size(); later++) {
            assertThat(Duration.between(times.get(later - BULKHEAD), times.get(later)))
                    .as("from the start of one request to that of the %dth after it", BULKHEAD)
                    .isGreaterThan(Duration.ofMillis(250));
        }
    }

    @Test
    void completesABatchInBoundedTimeAlthoughTheAcquirerNeverResponds() {
        acquirer.injectFaults(Map.of("timeoutAfterChargeShare", 1));
        var orders = Stream.generate(this::newOrder).limit(200).toList();

        assertTimeout(Duration.ofSeconds(8), () -> chargeAtOnce(orders));
        awaitAnAnswerToEach(orders);
        assertThat(orders).filteredOn(order -> replies(order).getFirst() instanceof PaymentDeclined)
                .as("declined because they were never sent").isNotEmpty().extracting(OrderId::value)
                .doesNotContainAnyElementsOf(acquirer.journals().keySet());
    }

    @Test
    void repeatsTheRequestAfterACrashThatLostTheOutcome() {
        OrderId order = newOrder();
        LeasedPayment lost = payments.lease(List.of(new ReceivedCommand(charge(order), null))).getFirst();
        assertThat(lost.payment().operation()).isEqualTo(Operation.CHARGE);

        send(charge(order));
        awaitReply(new PaymentCharged(order));
        assertThat(acquirer.journal(order)).containsExactly("CHARGED");
    }

    /** A redrive sends the command in a new message, which another instance may receive. */
    @Test
    void chargesOnceWhenTheCommandIsRepeatedDuringASlowRequest() {
        OrderId order = newOrder();
        acquirer.injectFaults(Map.of("slowShare", 1, "slowFor", "PT0.6S"));
        try (var instances = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int repeats = 0; repeats < 4; repeats++) {
                instances.execute(() -> processUntilRecorded(charge(order)));
            }
        }
        acquirer.clearFaults();
        send(charge(order));
        awaitReplies(order, 2);

        assertThat(acquirer.journal(order)).containsExactly("CHARGED");
        assertThat(replies(order)).containsOnly(new PaymentCharged(order));
    }

    /** Retries a superseded command, as the consumer does. */
    private void processUntilRecorded(PaymentCommand command) {
        await().atMost(TIMEOUT).ignoreExceptionsMatching(SupersededException.class::isInstance).until(() -> {
            processing.process(List.of(new ReceivedCommand(command, null)));
            return true;
        });
    }

    @Test
    void rejectsTheOutcomeOfASupersededLease() {
        OrderId order = newOrder();
        LeasedPayment stale = payments.lease(List.of(new ReceivedCommand(charge(order), null))).getFirst();
        send(charge(order));
        awaitReply(new PaymentCharged(order));

        var late = new Outcome(stale, stale.payment().on(new NotSent("paused")));
        assertThatThrownBy(() -> payments.record(List.of(late))).isInstanceOf(SupersededException.class);
        assertThat(status(order)).isEqualTo(Status.CHARGED);
        send(new VoidPayment(order));
        awaitReply(new PaymentVoided(order));
        assertThat(replies(order)).containsExactly(new PaymentCharged(order), new PaymentVoided(order));
    }

    @Test
    void leavesAVoidToTheHolderOfItsLease() {
        OrderId order = charged();
        payments.lease(List.of(new ReceivedCommand(new VoidPayment(order), null)));

        assertThat(payments.leaseOverdueVoids(100)).noneMatch(taken -> taken.payment().orderId().equals(order));
        expireLease(order);
        awaitReply(new PaymentVoided(order));
        assertThat(acquirer.journal(order)).containsExactly("CHARGED", "REFUNDED");
    }

    @Test
    void executesTheCommandsOfAnOrderInSequenceWithinABatch() {
        var orders = Stream.generate(this::newOrder).limit(40).toList();
        processing.process(orders.stream()
                .flatMap(order -> Stream.of(charge(order), new VoidPayment(order), charge(order)))
                .map(command -> new ReceivedCommand(command, null)).toList());

        assertThat(acquirer.journals()).containsAllEntriesOf(orders.stream().collect(
                toMap(OrderId::value, _ -> List.of("CHARGED", "REFUNDED"))));
        assertThat(orders).extracting(this::status).containsOnly(Status.REFUNDED);
        awaitEach(orders, PaymentVoided::new);
    }

    @Test
    void keepsALedgerThatSumsToZeroAndEqualsTheAcquirersJournal() {
        OrderId kept = charged();
        OrderId refunded = charged();
        send(new VoidPayment(refunded));
        awaitReply(new PaymentVoided(refunded));

        assertThat(shards.readAll(jdbc -> jdbc.sql("select coalesce(sum(amount_minor), 0) from ledger_posting")
                .query(Long.class).single())).containsOnly(0L);
        long receivable = shards.readAll(jdbc -> jdbc.sql("""
                select coalesce(sum(amount_minor), 0) from ledger_posting
                where account = 'acquirer-receivable' and order_id in (?, ?)""").params(kept.value(), refunded.value())
                .query(Long.class).single()).stream().mapToLong(Long::longValue).sum();
        assertThat(receivable).isEqualTo(AMOUNT.minorUnits());
        assertThat(acquirer.journal(kept)).containsExactly("CHARGED");
        assertThat(acquirer.journal(refunded)).containsExactly("CHARGED", "REFUNDED");
    }

    @Test
    void returnsAPaymentWithItsTransfers() {
        OrderId order = charged();

        JsonNode shown = get("/api/payments/" + order).body();
        assertThat(shown.get("orderId").asString()).isEqualTo(order.value());
        assertThat(shown.get("status").asString()).isEqualTo("CHARGED");
        assertThat(shown.at("/amount/minorUnits").asLong()).isEqualTo(1250);
        assertThat(shown.get("paymentMethod").asString()).isEqualTo("card-visa");
        assertThat(shown.has("declineReason")).isFalse();
        assertThat(shown.get("transfers")).hasSize(1);
        assertThat(shown.at("/transfers/0/kind").asString()).isEqualTo("CHARGE");
        assertThat(shown.at("/transfers/0/debit").asString()).isEqualTo("acquirer-receivable");
        assertThat(shown.at("/transfers/0/credit").asString()).isEqualTo("sales");
    }

    @Test
    void rejectsAnInvalidIdAndReportsAnUnknownOne() {
        Answer malformed = get("/api/payments/nonsense");
        assertThat(malformed.status).isEqualTo(422);
        assertThat(malformed.body.get("type").asString()).isEqualTo("https://faultline.dev/problems/invalid-request");
        assertThat(malformed.body.at("/errors/0/field").asString()).isEqualTo("orderId");
        Answer unknown = get("/api/payments/" + newOrder());
        assertThat(unknown.status).isEqualTo(404);
        assertThat(unknown.body.get("type").asString()).isEqualTo("https://faultline.dev/problems/unknown-payment");
    }

    @Test
    void aCustomerSeesOnlyItsOwnPayment() {
        OrderId order = charged();
        assertThat(get(port, "/api/payments/" + order, "alice", "orders").status).isEqualTo(200);
        assertThat(get(port, "/api/payments/" + order, "shop", "orders.all").status).isEqualTo(200);
        Answer anothers = get(port, "/api/payments/" + order, "mallory", "orders");
        assertThat(anothers.status).isEqualTo(404);
        assertThat(anothers.body.get("type").asString()).isEqualTo("https://faultline.dev/problems/unknown-payment");

        OrderId neverCharged = newOrder();
        send(new VoidPayment(neverCharged));
        awaitReply(new PaymentVoided(neverCharged));
        assertThat(get(port, "/api/payments/" + neverCharged, "alice", "orders").status).isEqualTo(404);
        assertThat(get(port, "/api/payments/" + neverCharged, "shop", "orders.all").status).isEqualTo(200);
    }

    private OrderId newOrder() {
        int id = ids.incrementAndGet();
        return new OrderId(Bucket.of("customer-" + id).code() + "-%020d".formatted(id));
    }

    private OrderId charged() {
        OrderId order = newOrder();
        send(charge(order));
        awaitReply(new PaymentCharged(order));
        return order;
    }

    private void chargeAtOnce(List<OrderId> orders) {
        processing.process(orders.stream().map(order -> new ReceivedCommand(charge(order), null)).toList());
    }

    private static ChargePayment charge(OrderId order) {
        return new ChargePayment(order, AMOUNT, "card-visa", "alice");
    }

    /** Sends the commands in one transaction, so that they arrive in this order. */
    private void send(PaymentCommand... commands) {
        Bucket bucket = Bucket.parse(commands[0].orderId().bucketCode());
        shards.transact(bucket, session -> {
            try {
                outbox.append(session.connection(), Stream.of(commands).map(command -> new OutgoingMessage(
                        PaymentCommand.TOPIC, command.orderId().value(), command)).toList());
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
            return commands;
        });
    }

    private static List<CheckoutReply> replies(OrderId order) {
        return replies.stream().filter(reply -> reply.orderId().equals(order)).toList();
    }

    private static void awaitReply(CheckoutReply reply) {
        awaitReply(reply, TIMEOUT);
    }

    private static void awaitReply(CheckoutReply reply, Duration atMost) {
        await().atMost(atMost).untilAsserted(() -> assertThat(replies(reply.orderId())).contains(reply));
    }

    private static void awaitReplies(OrderId order, int count) {
        await().atMost(TIMEOUT).untilAsserted(() -> assertThat(replies(order)).hasSizeGreaterThanOrEqualTo(count));
    }

    private static void awaitAnAnswerToEach(List<OrderId> orders) {
        await().atMost(TIMEOUT).untilAsserted(() -> assertThat(orders).noneMatch(order -> replies(order).isEmpty()));
    }

    private static void awaitEach(List<OrderId> orders, Function<OrderId, CheckoutReply> reply) {
        await().atMost(TIMEOUT)
                .untilAsserted(() -> assertThat(replies).containsAll(orders.stream().map(reply).toList()));
    }

    private StoredPayment stored(OrderId order) {
        return queries.find(order, Reads.BY_DEFAULT).orElseThrow();
    }

    private Status status(OrderId order) {
        return queries.find(order, Reads.BY_DEFAULT).map(found -> found.payment().status()).orElse(Status.ABSENT);
    }

    private List<Transfer.Kind> ledger(OrderId order) {
        return stored(order).transfers().stream().map(entry -> entry.transfer().kind()).toList();
    }

    private int attempts(OrderId order) {
        return shards.read(Bucket.parse(order.bucketCode()), jdbc -> jdbc
                .sql("select attempts from payment where order_id = ?").param(order.value()).query(Integer.class)
                .single());
    }

    private void expireLease(OrderId order) {
        shards.transact(Bucket.parse(order.bucketCode()), session -> session.jdbc()
                .sql("update payment set next_attempt_at = now() where order_id = ?").param(order.value()).update());
    }

    private CircuitBreaker breaker() {
        return breakers.circuitBreaker("acquirer");
    }

    private record Answer(int status, JsonNode body) {}

    private Answer get(String path) {
        return get(port, path);
    }

    private static Answer get(int port, String path) {
        return get(port, path, "everybody", "orders.all", "operations");
    }

    private static Answer get(int port, String path, String caller, String... scopes) {
        var answer = RestClient.create("http://127.0.0.1:" + port).get().uri(path)
                .header("Authorization", TestIssuer.shared().bearer(caller, scopes)).retrieve()
                .onStatus(HttpStatusCode::isError, (_, _) -> {}).toEntity(JsonNode.class);
        return new Answer(answer.getStatusCode().value(), requireNonNull(answer.getBody()));
    }

    /** docs/security.md */
    @Test
    void theAuthorizationTableHasEveryOperationAndHolds() throws Exception {
        OrderId order = charged();
        var table = AuthorizationTable.of("payment-service");
        assertThat(table.differencesFrom(context)).isEmpty();
        assertThat(table.violations(TestIssuer.shared(), port, managementPort, Map.of("orderId", order.value(),
                "action", "nothing"))).isEmpty();
    }
}
