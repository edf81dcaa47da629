package dev.faultline.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

import dev.faultline.backing.CacheDirectory;
import dev.faultline.backing.Databases;
import dev.faultline.backing.FreePorts;
import dev.faultline.backing.PostgresServer;

/**
 * A PostgreSQL server and its standby, which streams asynchronously. Always processes, because the standby begins as a copy of
 * the primary's files. Both run until this JVM ends.
 *
 * <p>
 * Everybody reaches the primary through a {@link Link}, also the standby.
 */
public final class ReplicatedPostgres {
    private static final String PASSWORD = "test";
    /** What a base backup leaves out, because it is of the running server. */
    private static final Set<String> NOT_COPIED = Set.of("pg_wal", "pg_replslot", "postmaster.pid", "postmaster.opts");

    private final Link primary;
    private final PostgresServer standby;

    private ReplicatedPostgres(Link primary, PostgresServer standby) {
        this.primary = primary;
        this.standby = standby;
    }

    /** Starts both, with a primary of their own. */
    public static ReplicatedPostgres start() {
        PostgresServer primary = Infrastructure.startProcess(directory -> server("primary", directory));
        var link = new Link(primary.port());
        PostgresServer standby = Infrastructure.startProcess(directory -> {
            PostgresServer server = server("standby", directory);
            copy(primary, directory, link.port());
            return server;
        });
        return new ReplicatedPostgres(link, standby);
    }

    private static PostgresServer server(String name, Path directory) {
        return new PostgresServer(name, directory, FreePorts.take(1).getFirst(), PASSWORD, CacheDirectory.ofThisUser());
    }

    /** Creates a database on the primary, owned by a role of the same name. */
    public Database createDatabase(String name) {
        new Databases(url(primary.port()), PostgresServer.SUPERUSER, PASSWORD).create(name, PASSWORD);
        return new Database("127.0.0.1", primary.port(), name, name, PASSWORD, PostgresServer.SUPERUSER, PASSWORD);
    }

    /** The way to the primary. */
    public Link primary() {
        return primary;
    }

    public int standbyPort() {
        return standby.port();
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
        try (Connection connection = connect(standby.port()); var statement = connection.createStatement()) {
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

    private static Connection connect(int port) throws SQLException {
        return DriverManager.getConnection(url(port), PostgresServer.SUPERUSER, PASSWORD);
    }

    private static String url(int port) {
        return "jdbc:postgresql://127.0.0.1:" + port + "/postgres";
    }

    /**
     * Takes a base backup.
     *
     * @see <a href="https://www.postgresql.org/docs/18/continuous-archiving.html#BACKUP-LOWLEVEL-BASE-BACKUP">Making a base
     *      backup using the low level API</a>
     */
    private static void copy(PostgresServer primary, Path directory, int link) {
        Path from = primary.launch().directory().resolve("data");
        Path to = directory.resolve("data");
        try (Connection connection = connect(primary.port()); var statement = connection.createStatement()) {
            statement.execute("select pg_backup_start('standby', true)");
            copy(from, to);
            try (var label = statement.executeQuery("select labelfile from pg_backup_stop(false)")) {
                label.next();
                Files.writeString(to.resolve("backup_label"), label.getString(1));
            }
            Files.createDirectories(to.resolve("pg_wal"));
            Files.createDirectories(to.resolve("pg_replslot"));
            Files.writeString(to.resolve("standby.signal"), "");
            Files.writeString(to.resolve("postgresql.auto.conf"), """
                    primary_conninfo = 'host=127.0.0.1 port=%d user=%s password=%s'
                    wal_retrieve_retry_interval = 200ms
                    """.formatted(link, PostgresServer.SUPERUSER, PASSWORD), StandardOpenOption.APPEND);
        } catch (SQLException | IOException e) {
            throw new IllegalStateException("no base backup of " + from, e);
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.walk(from)) {
            files = all.filter(file -> !NOT_COPIED.contains(from.relativize(file).getName(0).toString())).toList();
        }
        for (Path file : files) {
            try {
                Files.copy(file, to.resolve(from.relativize(file)), StandardCopyOption.COPY_ATTRIBUTES);
            } catch (java.nio.file.NoSuchFileException e) {
                // removed since it was listed, which replaying the log accounts for
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
