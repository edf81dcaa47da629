package dev.faultline.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import dev.faultline.backing.CacheDirectory;
import dev.faultline.backing.Databases;
import dev.faultline.backing.FreePorts;
import dev.faultline.backing.PostgresServer;
import org.testcontainers.postgresql.PostgreSQLContainer;

/**
 * A PostgreSQL 18 server with logical decoding and prepared transactions, as durable as in the local cluster.
 *
 * <p>
 * Thread-safe. It lives until this JVM ends.
 */
public final class Postgres {
    private static final String PASSWORD = "test";

    private final String host;
    private final int port;
    private final Databases databases;
    private final AtomicInteger created = new AtomicInteger();

    private Postgres(String host, int port) {
        this.host = host;
        this.port = port;
        this.databases = new Databases("jdbc:postgresql://" + host + ":" + port + "/postgres",
                PostgresServer.SUPERUSER, PASSWORD);
    }

    private static final class Shared {
        static final Postgres SERVER = another();
    }

    /** The one server of this JVM, started by the first call. */
    public static Postgres shared() {
        return Shared.SERVER;
    }

    /** One more server, for tests about several; a second shard, say. */
    public static Postgres another() {
        return Infrastructure.start("PostgreSQL", Postgres::container, Postgres::process);
    }

    /** A database that did not exist before, with an owner that owns nothing else. */
    public Database createDatabase() {
        return createDatabase("test_" + created.incrementAndGet());
    }

    /**
     * A database of this name, owned by the role of the same name.
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

    private static Postgres process() {
        PostgresServer server = Infrastructure.startPart(directory -> new PostgresServer("postgres", directory,
                FreePorts.take(1).getFirst(), PASSWORD, CacheDirectory.ofThisUser()));
        return new Postgres("127.0.0.1", server.port());
    }

    @SuppressWarnings("resource") // it ends with the JVM
    private static Postgres container() {
        var command = new ArrayList<>(List.of("postgres"));
        PostgresServer.SETTINGS.forEach((key, value) -> command.addAll(List.of("-c", key + "=" + value)));
        var container = new PostgreSQLContainer("postgres:18").withUsername(PostgresServer.SUPERUSER)
                .withPassword(PASSWORD).withDatabaseName("postgres").withCommand(command.toArray(String[]::new));
        container.start();
        return new Postgres(container.getHost(), container.getMappedPort(PostgreSQLContainer.POSTGRESQL_PORT));
    }
}
