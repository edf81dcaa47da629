package dev.faultline.payment.paying.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

import dev.faultline.contracts.Money;
import dev.faultline.contracts.OrderId;
import dev.faultline.contracts.PaymentCommand.ChargePayment;
import dev.faultline.contracts.PaymentCommand.VoidPayment;
import dev.faultline.payment.paying.Acquirer.AcquirerState;
import dev.faultline.payment.paying.Acquirer.Answer;
import dev.faultline.payment.paying.Acquirer.Operation;
import dev.faultline.payment.paying.Payment.Status;
import dev.faultline.payment.paying.Payments;
import dev.faultline.payment.paying.Payments.ReceivedCommand;
import dev.faultline.payment.paying.ProcessingPayments;
import dev.faultline.sharding.Bucket;
import dev.faultline.sharding.BucketTables;
import dev.faultline.sharding.Reads;
import dev.faultline.sharding.Shards;
import dev.faultline.testing.Database;
import dev.faultline.testing.ExecutedPlans;
import dev.faultline.testing.ExecutedPlans.Plan;
import dev.faultline.testing.Postgres;
import dev.faultline.testing.TestPlatform;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** What the statements of a payment read in a database with a hundred thousand payments. */
@Tag("integration")
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT, properties = {"management.server.port=0",
    "spring.application.name=plans-test", "faultline.database.name=plans",
    "faultline.acquirer.url=http://127.0.0.1:9", "faultline.acquirer.client-secret=none"})
class PaymentPlansTest {
    /** They do not grow with the orders stored: buckets, the schema's history. */
    private static final Set<String> BOUNDED = Set.of("bucket_ownership", "flyway_schema_history", "shard_identity");
    private static final Database DATABASE = Postgres.shared().createDatabase("plans");
    private static final ExecutedPlans PLANS = ExecutedPlans.in(Postgres.shared(), DATABASE);

    @Autowired private Payments payments;
    @Autowired private PaymentQueries queries;
    @Autowired private Shards shards;
    @Autowired private BucketTables tables;

    @DynamicPropertySource
    static void platform(DynamicPropertyRegistry registry) {
        TestPlatform.properties(DATABASE).forEach((name, value) -> registry.add(name, () -> value));
    }

    @Test
    void everyTableMovesWithItsBuckets() {
        assertThat(shards.readAll(tables::undeclaredIn)).hasSize(1).allSatisfy(left -> assertThat(left).isEmpty());
    }

    @Test
    void noStatementOfAPaymentReadsMoreWithAHundredThousandPaymentsStored() throws Exception {
        PLANS.vacuum();
        for (int number = 1; number <= ExecutedPlans.PREPARED_AFTER; number++) {
            useEveryStatement(order(number));
        }
        store(100_000);
        List<Plan> executed = PLANS.during(() -> useEveryStatement(order(100)));
        assertThat(executed).as("planned for an empty table")
                .allSatisfy(plan -> assertThat(plan.whatGrows(BOUNDED)).as("%s", plan).isEmpty());
        PLANS.vacuum();
        executed = PLANS.during(() -> useEveryStatement(order(200)));

        Files.writeString(Path.of("target", "query-plans.txt"), executed.stream().map(Plan::toString).distinct()
                .collect(Collectors.joining("\n")));
        assertThat(executed).extracting(Plan::query).as("among others").contains("select fence_buckets($1)")
                .contains("select * from payment where order_id = any($1)")
                .anyMatch(query -> query.startsWith("with change as"))
                .anyMatch(query -> query.startsWith("with decided as"))
                .anyMatch(query -> query.startsWith("select order_id from payment where next_attempt_at <= now()"))
                .anyMatch(query -> query.startsWith("update payment set version = version + 1"))
                .anyMatch(query -> query.startsWith("select * from ledger_transfer where order_id = $1"));
        assertThat(executed).allSatisfy(plan -> assertThat(plan.whatGrows(BOUNDED)).as("%s", plan).isEmpty());
    }

    private void useEveryStatement(OrderId order) {
        // A charged payment is not voided, so it is refunded.
        var processing = new ProcessingPayments(payments, (request, _) -> request.operation() == Operation.VOID
                ? new Answer.Refused(AcquirerState.CHARGED) : new Answer.Done(), Runnable::run);
        var charge = new ReceivedCommand(new ChargePayment(order, new Money(1250, "EUR"), "card-visa", "alice"), null);
        processing.process(List.of(charge));
        processing.process(List.of(charge));
        assertThat(statusOf(order)).isEqualTo(Status.CHARGED);
        // Whoever leased it does not come back.
        payments.lease(List.of(new ReceivedCommand(new VoidPayment(order), null)));
        // The service itself looks for overdue payments every second too, and cannot reach its acquirer.
        await().until(() -> {
            shards.read(Bucket.parse(order.bucketCode()), jdbc -> jdbc.sql("update payment set next_attempt_at = now()"
                    + " where order_id = ?").param(order.value()).update());
            processing.retryOverdueVoids();
            return statusOf(order) == Status.REFUNDED;
        });
    }

    private Status statusOf(OrderId order) {
        return queries.find(order, Reads.BY_DEFAULT).orElseThrow().payment().status();
    }

    private static OrderId order(int number) {
        return new OrderId("7K-06H1E7WZCE%010d".formatted(number));
    }

    private static void store(int payments) throws SQLException {
        try (var connection = DriverManager.getConnection(DATABASE.jdbcUrl(), DATABASE.superuser(), DATABASE
                .superuserPassword()); var statement = connection.createStatement()) {
            statement.execute("set auto_explain.log_min_duration = -1");
            statement.execute("""
                    insert into payment (order_id, bucket, status, amount_minor, currency, payment_method, version)
                    select '7K-A' || lpad(n::text, 19, '0'), 243, 'CHARGED', 1250, 'EUR', 'card-visa', 2
                    from generate_series(1, %d) as n""".formatted(payments));
            statement.execute("""
                    insert into ledger_transfer (order_id, bucket, kind, debit_account, credit_account, amount_minor, currency)
                    select order_id, bucket, 'CHARGE', 'acquirer-receivable', 'sales', amount_minor, currency from payment
                    on conflict do nothing""");
        }
    }
}
