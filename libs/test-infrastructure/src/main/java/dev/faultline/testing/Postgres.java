package dev.faultline.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

import dev.faultline.backing.CacheDirectory;
import dev.faultline.backing.Databases;
import dev.faultline.backing.FreePorts;
import dev.faultline.backing.PostgresServer;
import org.testcontainers.postgresql.PostgreSQLContainer;

/**
 * A PostgreSQL 18 server with the settings of the local cluster.
 *
 * <p>
 * Thread-safe. Runs until this JVM ends.
 */
public final class Postgres {
    private static final String PASSWORD = "test";

    private final String host;
    private final int port;
    private final Supplier<String> log;
    private final Databases databases;
    private final AtomicInteger created = new AtomicInteger();

    private Postgres(String host, int port, Supplier<String> log) {
        this.host = host;
        this.port = port;
        this.log = log;
        this.databases = new Databases("jdbc:postgresql://" + host + ":" + port + "/postgres",
                PostgresServer.SUPERUSER, PASSWORD);
    }

    private static final class Shared {
        static final Postgres SERVER = another();
    }

    /** The server that this JVM shares; the first call starts it. */
    public static Postgres shared() {
        return Shared.SERVER;
    }

    /** Starts another server, for example a second shard. */
    public static Postgres another() {
        return Infrastructure.start("PostgreSQL", Postgres::container, Postgres::process);
    }

    /** Creates a database with a new name and its own owner. */
    public Database createDatabase() {
        return createDatabase("test_" + created.incrementAndGet());
    }

    /**
     * Creates a database, owned by a role of the same name.
     *
     * @param name lower-case letters, digits and underscores
     */
    public Database createDatabase(String name) {
        databases.create(name, PASSWORD);
        return new Database(host, port, name, name, PASSWORD, PostgresServer.SUPERUSER, PASSWORD);
    }

    public String host() {
        return host;
    }

    public int port() {
        return port;
    }

    /** What the server has logged so far. */
    String log() {
        return log.get();
    }

    private static Postgres process() {
        PostgresServer server = Infrastructure.startProcess(directory -> new PostgresServer("postgres", directory,
                FreePorts.take(1).getFirst(), PASSWORD, CacheDirectory.ofThisUser()));
        return new Postgres("127.0.0.1", server.port(), () -> read(server.launch().directory().resolve(
                "postgres.log")));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @SuppressWarnings("resource") // runs until the JVM ends
    private static Postgres container() {
        var command = new ArrayList<>(List.of("postgres"));
        PostgresServer.SETTINGS.forEach((key, value) -> command.addAll(List.of("-c", key + "=" + value)));
        var container = new PostgreSQLContainer("postgres:18").withUsername(PostgresServer.SUPERUSER)
                .withPassword(PASSWORD).withDatabaseName("postgres").withCommand(command.toArray(String[]::new));
        container.start();
        return new Postgres(container.getHost(), container.getMappedPort(PostgreSQLContainer.POSTGRESQL_PORT),
                container::getLogs);
    }
}
