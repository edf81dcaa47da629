package dev.faultline.order.ordering.jdbc;

import static dev.faultline.order.ordering.jdbc.OnOneShard.RealInfrastructure.DATABASE;
import static dev.faultline.order.ordering.jdbc.OnOneShard.RealInfrastructure.PLANS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

import dev.faultline.contracts.CheckoutReply;
import dev.faultline.contracts.CheckoutReply.PaymentCharged;
import dev.faultline.contracts.CheckoutReply.StockReserved;
import dev.faultline.contracts.Money;
import dev.faultline.contracts.OrderId;
import dev.faultline.contracts.Sku;
import dev.faultline.messaging.ReceivedMessage;
import dev.faultline.order.checkout.Checkout;
import dev.faultline.order.checkout.jdbc.JdbcCheckouts;
import dev.faultline.order.ordering.CustomerId;
import dev.faultline.order.ordering.IdempotencyRecord;
import dev.faultline.order.ordering.Order;
import dev.faultline.order.ordering.OrderStatus;
import dev.faultline.order.ordering.Orders;
import dev.faultline.order.ordering.Orders.PlaceResult;
import dev.faultline.order.ordering.PricedLine;
import dev.faultline.sharding.Bucket;
import dev.faultline.sharding.Reads;
import dev.faultline.sharding.Shards;
import dev.faultline.testing.ExecutedPlans;
import dev.faultline.testing.ExecutedPlans.Plan;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

/** What the statements of an order read in a database with a hundred thousand orders. */
@Tag("integration")
@OnOneShard
class OrderPlansTest {
    /** They do not grow with the orders stored: orders in flight, products, buckets, roles, the schema's history. */
    private static final Set<String> BOUNDED = Set.of("open_order", "product", "bucket_ownership", "fencing_token",
            "flyway_schema_history", "shard_identity");
    private static final CustomerId CUSTOMER = new CustomerId("customer-with-many-orders");
    private static final Bucket BUCKET = Bucket.of(CUSTOMER.value());
    private static final Money PRICE = new Money(1250, "EUR");

    @Autowired private Orders orders;
    @Autowired private JdbcCheckouts checkouts;
    @Autowired private OrderMaintenance maintenance;
    @Autowired private Shards shards;

    @Test
    void noStatementOfAnOrderReadsMoreWithAHundredThousandOrdersStored() throws Exception {
        PLANS.vacuum();
        for (int number = 1; number <= ExecutedPlans.PREPARED_AFTER; number++) {
            useEveryStatement(number);
            maintenance.run(); // a session's first one reads PostgreSQL's catalogue
        }
        store(100_000);
        List<Plan> executed = PLANS.during(() -> useEveryStatement(100));
        assertNothingGrows(executed);
        PLANS.vacuum();
        executed = PLANS.during(() -> {
            useEveryStatement(200);
            maintenance.run();
        });

        Files.writeString(Path.of("target", "query-plans.txt"), executed.stream().map(Plan::toString).distinct()
                .collect(Collectors.joining("\n")));
        assertThat(executed).extracting(Plan::query).as("among others").contains("select fence_buckets($1)")
                .anyMatch(query -> query.startsWith("with new_order as"))
                .anyMatch(query -> query.startsWith(
                        "select customer, key, order_id, request_hash from idempotency_key"))
                .anyMatch(query -> query.contains("from open_order where deadline_at <= now()"))
                .anyMatch(query -> query.startsWith("with step as"))
                .anyMatch(query -> query.contains("order by id desc limit"))
                .anyMatch(query -> query.startsWith("delete from idempotency_key"));
        assertNothingGrows(executed);
    }

    private void useEveryStatement(int number) {
        OrderId id = order(number);
        assertThat(place(id, "key-" + number)).isInstanceOf(PlaceResult.Created.class);
        assertThat(place(order(9_999), "key-" + number)).as("the key is taken").isInstanceOf(
                PlaceResult.Duplicate.class);
        makeOverdue(id);
        await().atMost(Duration.ofSeconds(20)).until(() -> status(id).timeline().size() == 2);
        advance(new StockReserved(id));
        advance(new PaymentCharged(id));
        assertThat(status(id).isComplete()).isTrue();
        assertThat(orders.of(CUSTOMER, 20, null, Reads.BY_DEFAULT)).isNotEmpty();
        assertThat(orders.of(CUSTOMER, 20, order(9_999), Reads.BY_DEFAULT)).isNotEmpty();
    }

    /**
     * Except in the sweep, once a second, and the count of the backlog, five times a second. They read all orders in flight,
     * whose number is bounded; an index would cost each of their steps more.
     */
    private static void assertNothingGrows(List<Plan> executed) {
        assertThat(executed).filteredOn(plan -> !plan.query().contains("from open_order where deadline_at <= now()")
                && !plan.query().contains("(select from open_order limit $1)"))
                .allSatisfy(plan -> assertThat(plan.whatGrows(BOUNDED)).as("%s", plan).isEmpty());
    }

    /** A third of them, and of the keys, is this customer's; and some hundred orders are in flight. */
    private static void store(int orders) throws SQLException {
        try (var connection = DriverManager.getConnection(DATABASE.jdbcUrl(), DATABASE.superuser(), DATABASE
                .superuserPassword()); var statement = connection.createStatement()) {
            statement.execute("set auto_explain.log_min_duration = -1");
            statement.execute("""
                    insert into completed_order (id, month, bucket, customer, payment_method, total_minor, currency, lines,
                        placed_at, version, state, settled_at, step_at, step_state, step_cause)
                    select substr(digits, bucket / 32 + 1, 1) || substr(digits, bucket %% 32 + 1, 1) || '-0'
                            || lpad(n::text, 19, '0'), date_trunc('month', now())::date, bucket, customer, 'card-visa',
                        1250, 'EUR', '[{"sku": "MUG", "quantity": 1, "unitPrice": {"minorUnits": 1250, "currency": "EUR"}}]',
                        now(), 4, 'CONFIRMED', now(), array_fill(now(), array[4]), array_fill('CONFIRMED'::text, array[4]),
                        array_fill(null::text, array[4])
                    from (select n, '0123456789ABCDEFGHJKMNPQRSTVWXYZ' as digits,
                              case n %% 3 when 0 then %2$d else n %% 1024 end as bucket,
                              case n %% 3 when 0 then '%3$s' else 'customer-' || n %% 1024 end as customer
                          from generate_series(1, %1$d) as n) as numbered"""
                    .formatted(orders, BUCKET.number(), CUSTOMER));
            statement.execute("""
                    insert into open_order (id, bucket, customer, payment_method, total_minor, currency, lines, state,
                        deadline_at, step_at, step_state, step_cause)
                    select 'ZZ-A' || right(id, 19), 1023, customer, payment_method, total_minor, currency, lines,
                        'RESERVING_STOCK', now() + interval '1 hour', array[now()], '{RESERVING_STOCK}', '{null}'
                    from completed_order limit 200""");
            statement.execute("""
                    insert into idempotency_key (customer, key, bucket, request_hash, order_id)
                    select customer, 'stored-' || id, bucket, sha256(id::bytea), id from completed_order""");
        }
    }

    private static OrderId order(int number) {
        return new OrderId(BUCKET.code() + "-06H1E7WZCE%010d".formatted(number));
    }

    private PlaceResult place(OrderId id, String key) {
        var order = new Order(id, CUSTOMER, "card-visa", List.of(new PricedLine(new Sku("MUG"), 1, PRICE)), PRICE);
        return orders.place(order, Checkout.begin(order.checkoutOrder()), new IdempotencyRecord(key, "00".repeat(32)));
    }

    private OrderStatus status(OrderId id) {
        return orders.find(id).orElseThrow();
    }

    private void advance(CheckoutReply reply) {
        checkouts.advance(List.of(new ReceivedMessage<>(UUID.randomUUID(), reply, null, CheckoutReply.TOPIC, 0, 0,
                Instant.EPOCH)));
    }

    private void makeOverdue(OrderId id) {
        shards.read(BUCKET, jdbc -> jdbc.sql("update open_order set deadline_at = now() where id = ?").param(id.value())
                .update());
    }
}
