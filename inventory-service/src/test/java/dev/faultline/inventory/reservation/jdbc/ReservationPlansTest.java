package dev.faultline.inventory.reservation.jdbc;

import static dev.faultline.inventory.Commands.newOrder;
import static dev.faultline.inventory.Commands.release;
import static dev.faultline.inventory.Commands.reserve;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

import dev.faultline.contracts.CheckoutReply.StockRejected;
import dev.faultline.contracts.CheckoutReply.StockReleased;
import dev.faultline.contracts.CheckoutReply.StockReserved;
import dev.faultline.contracts.InventoryCommand;
import dev.faultline.contracts.OrderId;
import dev.faultline.contracts.Sku;
import dev.faultline.inventory.stock.GoodsReceipt;
import dev.faultline.inventory.stock.ReceiptId;
import dev.faultline.inventory.stock.StockLevels;
import dev.faultline.inventory.stock.jdbc.StockQueries;
import dev.faultline.messaging.ReceivedMessage;
import dev.faultline.sharding.Reads;
import dev.faultline.testing.Consul;
import dev.faultline.testing.Database;
import dev.faultline.testing.ExecutedPlans;
import dev.faultline.testing.ExecutedPlans.Plan;
import dev.faultline.testing.Kafka;
import dev.faultline.testing.Postgres;
import dev.faultline.testing.TestIssuer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** What the statements of a command read in a database with a hundred thousand reservations. */
@Tag("integration")
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT, properties = {"management.server.port=0",
    "spring.application.name=plans-test", "faultline.database.name=plans"})
class ReservationPlansTest {
    /** They do not grow with the orders stored: buckets, the schema's history. */
    private static final Set<String> BOUNDED = Set.of("bucket_ownership", "flyway_schema_history", "shard_identity");
    private static final Database DATABASE = Postgres.shared().createDatabase("plans");
    private static final ExecutedPlans PLANS = ExecutedPlans.in(Postgres.shared(), DATABASE);

    @Autowired private JdbcReservations reservations;
    @Autowired private ReservationMaintenance maintenance;
    @Autowired private StockLevels levels;
    @Autowired private StockQueries queries;

    @DynamicPropertySource
    static void platform(DynamicPropertyRegistry registry) {
        registry.add("faultline.shards", () -> "shard-1=" + DATABASE.host() + ":" + DATABASE.port());
        registry.add("faultline.database.password", DATABASE::password);
        registry.add("spring.kafka.bootstrap-servers", Kafka.shared()::bootstrapServers);
        registry.add("faultline.security.issuer", TestIssuer.shared()::uri);
        registry.add("spring.cloud.consul.host", Consul.shared()::host);
        registry.add("spring.cloud.consul.port", Consul.shared()::port);
    }

    @Test
    void noStatementOfACommandReadsMoreWithAHundredThousandReservationsStored() throws Exception {
        PLANS.vacuum();
        for (int execution = 1; execution <= ExecutedPlans.PREPARED_AFTER; execution++) {
            useEveryStatement();
        }
        store(100_000);
        List<Plan> executed = PLANS.during(this::useEveryStatement);
        assertThat(executed).as("planned for an empty table")
                .allSatisfy(plan -> assertThat(plan.whatGrows(BOUNDED)).as("%s", plan).isEmpty());
        PLANS.vacuum();
        executed = PLANS.during(this::useEveryStatement);

        Files.writeString(Path.of("target", "query-plans.txt"), executed.stream().map(Plan::toString).distinct()
                .collect(Collectors.joining("\n")));
        assertThat(executed).extracting(Plan::query).as("among others").contains("select fence_buckets($1)")
                .anyMatch(query -> query.contains("from stock where sku = any($1)"))
                .anyMatch(query -> query.contains("join reservation using (order_id, sku)"))
                .anyMatch(query -> query.startsWith("with taken as"))
                .anyMatch(query -> query.startsWith("delete from reservation"));
        assertThat(executed).allSatisfy(plan -> assertThat(plan.whatGrows(BOUNDED)).as("%s", plan).isEmpty());
    }

    private void useEveryStatement() {
        var sku = new Sku("STORED-7");
        levels.receive(new GoodsReceipt(new ReceiptId("r-" + UUID.randomUUID()), sku, 10));
        OrderId first = newOrder();
        OrderId second = newOrder();
        assertThat(handle(reserve(first, sku + " 3"))).hasOnlyElementsOfType(StockReserved.class);
        assertThat(handle(reserve(first, sku + " 3"))).as("repeated").hasOnlyElementsOfType(StockReserved.class);
        assertThat(handle(reserve(second, sku + " 99999"))).hasOnlyElementsOfType(StockRejected.class);
        assertThat(handle(release(first, sku + " 3"))).hasOnlyElementsOfType(StockReleased.class);
        assertThat(queries.level(sku, Reads.BY_DEFAULT)).isPresent();
        maintenance.run();
    }

    private List<Object> handle(InventoryCommand command) {
        return reservations.handle(List.of(new ReceivedMessage<>(UUID.randomUUID(), command, null,
                InventoryCommand.TOPIC, 0, 0, Instant.EPOCH))).stream().<Object>map(result -> result.reply()).toList();
    }

    /** Of a thousand SKUs; one in ten is released. */
    private static void store(int reservations) throws SQLException {
        try (var connection = DriverManager.getConnection(DATABASE.jdbcUrl(), DATABASE.superuser(), DATABASE
                .superuserPassword()); var statement = connection.createStatement()) {
            statement.execute("set auto_explain.log_min_duration = -1");
            statement.execute("""
                    insert into reservation (order_id, sku, bucket, quantity, status)
                    select '7K-A' || lpad(n::text, 19, '0'), 'STORED-' || n %% 1000, n %% 1024, 1,
                        case n %% 10 when 0 then 'RELEASED' else 'RESERVED' end
                    from generate_series(1, %d) as n""".formatted(reservations));
            statement.execute(
                    """
                    insert into stock (sku, bucket, available, reserved)
                    select sku, min(bucket), 0, sum(quantity) from reservation where status = 'RESERVED' group by sku
                    on conflict (sku) do update set reserved = stock.reserved + excluded.reserved""");
            statement.execute("""
                    insert into goods_receipt (sku, receipt_id, bucket, quantity)
                    select sku, order_id, bucket, 1 from reservation where status = 'RESERVED'""");
        }
    }
}
