package dev.faultline.k8s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;

import dev.faultline.backing.PostgresServer;
import dev.faultline.testing.Postgres;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script that creates a shard's databases, on a real server. */
@Tag("integration")
class CreateDatabasesTest {
    private static final Path SCRIPT = Repository.MANIFESTS.resolve("base/shards/create-databases.sh");

    private final Postgres server = Postgres.shared();

    @TempDir private Path directory;

    @BeforeEach
    void requirePsql() throws IOException {
        assumeTrue(Kustomize.isOnPath("psql"), "psql is not on the PATH");
        Files.createDirectory(directory.resolve("databases"));
        Files.writeString(directory.resolve("superuser"), "test");
    }

    @Test
    void createsADatabaseForEachServiceThatOnlyItsOwnerCanAccess() throws Exception {
        password("orders", "one's");
        password("payments", "two");

        run();

        try (var connection = connect("orders", "orders", "one's"); var statement = connection.createStatement()) {
            statement.execute("create table t (n int)");
            statement.execute("select pg_create_logical_replication_slot('o', 'pgoutput', true)");
        }
        assertThatThrownBy(() -> connect("payments", "orders", "one's")).isInstanceOf(SQLException.class)
                .hasMessageContaining("permission denied");
        assertThatThrownBy(() -> connect("orders", "orders", "wrong")).isInstanceOf(SQLException.class);
    }

    @Test
    void keepsExistingDatabasesAndUpdatesPasswords() throws Exception {
        password("orders", "old");
        run();
        try (var connection = connect("orders", "orders", "old"); var statement = connection.createStatement()) {
            statement.execute("create table kept (n int)");
        }
        password("orders", "new");
        password("inventory", "added");

        run();

        try (var connection = connect("orders", "orders", "new"); var statement = connection.createStatement()) {
            statement.execute("insert into kept values (1)");
        }
        connect("inventory", "inventory", "added").close();
    }

    private void password(String database, String password) throws IOException {
        Files.writeString(directory.resolve("databases").resolve(database), password);
    }

    private void run() throws IOException, InterruptedException {
        var builder = new ProcessBuilder("sh", SCRIPT.toString()).redirectErrorStream(true);
        builder.environment().put("POSTGRES_USER", PostgresServer.SUPERUSER);
        builder.environment().put("POSTGRES_PASSWORD_FILE", directory.resolve("superuser").toString());
        builder.environment().put("DATABASES", directory.resolve("databases").toString());
        builder.environment().put("PGPORT", Integer.toString(server.port()));
        Process process = builder.start();
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
    }

    private Connection connect(String database, String user, String password) throws SQLException {
        return DriverManager.getConnection("jdbc:postgresql://127.0.0.1:" + server.port() + "/" + database, user,
                password);
    }
}
