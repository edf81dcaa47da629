package dev.faultline.sharding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.sql.DriverManager;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

import dev.faultline.testing.Database;
import dev.faultline.testing.Postgres;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** Several instances of a service start and migrate at the same time. */
@Tag("integration")
class ShardSchemaTest {
    private static final int INSTANCES = 3;
    private static final Duration TIMEOUT = Duration.ofSeconds(40);

    private final Database database = Postgres.shared().createDatabase();
    private final ShardDatabase shard = new ShardDatabase(new ShardName("shard-1"), database.jdbcUrl(), database.user(),
            database.password());
    private JdbcClient superuser;

    @BeforeEach
    void connectAsSuperuser() {
        superuser = JdbcClient.create(new DriverManagerDataSource(database.jdbcUrl(), database.superuser(),
                database.superuserPassword()));
    }

    @Test
    void oneInstanceMigratesAndTheOthersWaitForIt() throws Exception {
        try (var executor = Executors.newVirtualThreadPerTaskExecutor();
                var blocker = DriverManager.getConnection(database.jdbcUrl(), database.user(), database.password())) {
            // Creating this table blocks until the transaction ends.
            blocker.setAutoCommit(false);
            blocker.createStatement().execute("create table shard_identity (name text)");
            Callable<Boolean> migration = () -> {
                ShardSchema.migrate(shard);
                return true;
            };
            var first = executor.submit(migration);
            await().atMost(TIMEOUT).until(() -> migrating() == 1);
            var second = executor.submit(migration);
            var third = executor.submit(migration);

            await().during(Duration.ofSeconds(1)).atMost(TIMEOUT)
                    .until(() -> sessions() > INSTANCES && migrating() == 1);
            blocker.rollback();

            assertThat(first.get(TIMEOUT.toSeconds(), TimeUnit.SECONDS)).isTrue();
            assertThat(second.get(TIMEOUT.toSeconds(), TimeUnit.SECONDS)).isTrue();
            assertThat(third.get(TIMEOUT.toSeconds(), TimeUnit.SECONDS)).isTrue();
        }
        assertThat(superuser.sql("select script from flyway_schema_history where success").query(String.class).list())
                .isNotEmpty().doesNotHaveDuplicates();
    }

    /** Sessions that wait for the blocking transaction. */
    private int migrating() {
        return superuser.sql("select count(*) from pg_stat_activity where datname = current_database()"
                + " and wait_event_type = 'Lock'").query(Integer.class).single();
    }

    /** The sessions of the instances and of the blocking transaction. */
    private int sessions() {
        return superuser.sql("select count(*) from pg_stat_activity where datname = current_database() and usename = ?")
                .param(database.user()).query(Integer.class).single();
    }
}
