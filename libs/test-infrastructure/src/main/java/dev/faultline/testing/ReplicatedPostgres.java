package dev.faultline.testing;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;

import dev.faultline.backing.CacheDirectory;
import dev.faultline.backing.Databases;
import dev.faultline.backing.FreePorts;
import dev.faultline.backing.PostgresServer;
import dev.faultline.backing.Replication;
import org.jspecify.annotations.Nullable;

/**
 * A PostgreSQL server and its standby, which streams asynchronously. Always processes, because the standby begins as a copy of
 * the primary's files. Both run until this JVM ends.
 *
 * <p>
 * Everybody reaches the primary through a {@link Link}, also the standby.
 */
public final class ReplicatedPostgres {
    private static final String PASSWORD = "test";

    private final Link primary;
    private final PostgresServer standby;

    private ReplicatedPostgres(Link primary, PostgresServer standby) {
        this.primary = primary;
        this.standby = standby;
    }

    /** Starts both, with a primary of their own. */
    public static ReplicatedPostgres start() {
        PostgresServer primary = Infrastructure.startProcess(directory -> server("primary", directory, null));
        var link = new Link(primary.port());
        var replication = new Replication(primary.name(), link.port(), Replication.Mode.ASYNCHRONOUS);
        PostgresServer standby = Infrastructure.startProcess(directory -> {
            PostgresServer server = server("standby", directory, replication);
            server.prepareAsStandbyOf(primary);
            return server;
        });
        return new ReplicatedPostgres(link, standby);
    }

    private static PostgresServer server(String name, Path directory, @Nullable Replication replication) {
        return new PostgresServer(name, directory, FreePorts.take(1).getFirst(), PASSWORD, replication, CacheDirectory
                .ofThisUser());
    }

    /** Creates a database on the primary, owned by a role of the same name. */
    public Database createDatabase(String name) {
        new Databases("jdbc:postgresql://127.0.0.1:" + primary.port() + "/postgres", PostgresServer.SUPERUSER, PASSWORD)
                .create(name, PASSWORD);
        return new Database("127.0.0.1", primary.port(), name, name, PASSWORD, PostgresServer.SUPERUSER, PASSWORD);
    }

    /** The way to the primary. */
    public Link primary() {
        return primary;
    }

    /** As services expect it, like {@code 127.0.0.1:5432,127.0.0.1:5433}. */
    public String servers() {
        return "127.0.0.1:" + primary.port() + ",127.0.0.1:" + standby.port();
    }

    /**
     * Runs a statement on the standby as superuser, such as {@code select pg_wal_replay_pause()}.
     *
     * @return its first value, if it returns any
     */
    public Optional<String> onStandby(String sql) {
        try (Connection connection = standby.connect(); var statement = connection.createStatement()) {
            if (!statement.execute(sql)) {
                return Optional.empty();
            }
            try (var rows = statement.getResultSet()) {
                return rows.next() ? Optional.ofNullable(rows.getString(1)) : Optional.empty();
            }
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }
}
