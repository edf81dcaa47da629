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
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** Instances of a service start at the same time, and each of them migrates. */
class ShardSchemaTest {
    private static final int INSTANCES = 3;
    private static final Duration LONG_ENOUGH = Duration.ofSeconds(40);

    private final Database database = Postgres.shared().createDatabase();
    private final ShardDatabase shard = new ShardDatabase(new ShardName("shard-1"), database.jdbcUrl(), database.user(),
            database.password());
    private JdbcClient superuser;

    @BeforeEach
    void look() {
        superuser = JdbcClient.create(new DriverManagerDataSource(database.jdbcUrl(), database.superuser(),
                database.superuserPassword()));
    }

    @Test
    void oneInstanceMigratesAndTheOthersWaitForIt() throws Exception {
        try (var executor = Executors.newVirtualThreadPerTaskExecutor();
                var obstacle = DriverManager.getConnection(database.jdbcUrl(), database.user(), database.password())) {
            // Whoever comes to make this table has to wait for the end of the transaction.
            obstacle.setAutoCommit(false);
            obstacle.createStatement().execute("create table shard_identity (name text)");
            Callable<Boolean> migration = () -> {
                ShardSchema.migrate(shard);
                return true;
            };
            var first = executor.submit(migration);
            await().atMost(LONG_ENOUGH).until(() -> migrating() == 1);
            var second = executor.submit(migration);
            var third = executor.submit(migration);

            await().during(Duration.ofSeconds(1)).atMost(LONG_ENOUGH)
                    .until(() -> sessions() > INSTANCES && migrating() == 1);
            obstacle.rollback();

            assertThat(first.get(LONG_ENOUGH.toSeconds(), TimeUnit.SECONDS)).isTrue();
            assertThat(second.get(LONG_ENOUGH.toSeconds(), TimeUnit.SECONDS)).isTrue();
            assertThat(third.get(LONG_ENOUGH.toSeconds(), TimeUnit.SECONDS)).isTrue();
        }
        assertThat(superuser.sql("select script from flyway_schema_history where success").query(String.class).list())
                .isNotEmpty().doesNotHaveDuplicates();
    }

    /** Sessions that wait for the obstacle. */
    private int migrating() {
        return superuser.sql("select count(*) from pg_stat_activity where datname = current_database()"
                + " and wait_event_type = 'Lock'").query(Integer.class).single();
    }

    /** Those of the instances, and the obstacle. */
    private int sessions() {
        return superuser.sql("select count(*) from pg_stat_activity where datname = current_database() and usename = ?")
                .param(database.user()).query(Integer.class).single();
    }
}
