package dev.faultline.order.ordering.jdbc;

import static dev.faultline.order.ordering.jdbc.OnOneShard.RealInfrastructure.DATABASE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

/** Months of completed orders come before they are needed and leave while orders are completed. */
@Tag("integration")
@OnOneShard
class OrderHistoryTest {
    private static final LocalDate OLD = LocalDate.of(2020, 5, 1);

    @Autowired private OrderMaintenance maintenance;

    @Test
    void createsTheNextMonthsPartitionBeforeItIsNeeded() throws Exception {
        YearMonth next = YearMonth.now(ZoneOffset.UTC).plusMonths(1);
        execute("drop table " + partition(next.atDay(1)));

        maintenance.run();

        execute(completed(next.atDay(1), "7K-N0000000000000000001"));
        assertThat(query("select tableoid::regclass::text from completed_order where id = '7K-N0000000000000000001'"))
                .isEqualTo(partition(next.atDay(1)));
    }

    @Test
    void detachesAMonthThatNeedNotBeKeptWhileOrdersAreCompleted() throws Exception {
        execute("select create_order_partition('" + OLD + "')");
        execute(completed(OLD, "7K-O0000000000000000001"));
        var detached = new AtomicBoolean();

        Duration longest = whileCompleting(() -> {
            maintenance.run();
            detached.set(true);
            return null;
        });

        assertThat(detached).isTrue();
        assertThat(longest).isLessThan(Duration.ofSeconds(1));
        assertThat(query("select count(*) from completed_order where month = '" + OLD + "'")).isEqualTo("0");
        assertThat(query("select count(*) from completed_order_2020_05")).as("it stays as a table").isEqualTo("1");
        execute("drop table completed_order_2020_05");
    }

    /** It waits for a reader of the table, and would block whoever comes after it. */
    @Test
    void doesNotDetachAtTheExpenseOfOrders() throws Exception {
        execute("select create_order_partition('" + OLD + "')");
        try (var reader = connection()) {
            reader.setAutoCommit(false);
            reader.createStatement().executeQuery("select count(*) from completed_order").close();

            Duration longest = whileCompleting(() -> {
                assertThatThrownBy(() -> query("select detach_order_partitions('2020-06-01')"))
                        .hasMessageContaining("lock timeout");
                return null;
            });

            assertThat(longest).isLessThan(Duration.ofSeconds(1));
        }
        assertThat(query("select detach_order_partitions('2020-05-31')")).as("the month is not over").isEqualTo("0");
        assertThat(query("select detach_order_partitions('2020-06-01')")).isEqualTo("1");
        execute("drop table completed_order_2020_05");
    }

    /** Returns how long the slowest of the orders took that were completed meanwhile. */
    private static Duration whileCompleting(Callable<?> work) throws Exception {
        var done = new AtomicBoolean();
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            var writer = executor.submit(() -> {
                Duration longest = Duration.ZERO;
                for (int i = 0; !done.get() || i == 0; i++) {
                    Instant begin = Instant.now();
                    execute(completed(LocalDate.now(ZoneOffset.UTC).withDayOfMonth(1),
                            "7K-" + Long.toString(System.nanoTime()).substring(0, 10) + "%010d".formatted(i)));
                    Duration took = Duration.between(begin, Instant.now());
                    longest = took.compareTo(longest) > 0 ? took : longest;
                }
                return longest;
            });
            try {
                work.call();
            } finally {
                done.set(true);
            }
            return writer.get();
        }
    }

    private static String partition(LocalDate month) {
        return "completed_order_" + month.toString().substring(0, 7).replace('-', '_');
    }

    private static String completed(LocalDate month, String id) {
        return """
                insert into completed_order (id, month, bucket, customer, payment_method, total_minor, currency, lines,
                    placed_at, version, state, step_at, step_state, step_cause)
                values ('%s', '%s', 243, 'alice', 'card-visa', 1250, 'EUR', '[]', now(), 1, 'CONFIRMED', array[now()],
                    '{CONFIRMED}', '{null}')""".formatted(id, month);
    }

    private static void execute(String sql) throws SQLException {
        try (var connection = connection(); var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String query(String sql) throws SQLException {
        try (var connection = connection();
                var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        }
    }

    private static Connection connection() throws SQLException {
        return DriverManager.getConnection(DATABASE.jdbcUrl(), DATABASE.user(), DATABASE.password());
    }
}
