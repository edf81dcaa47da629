package dev.faultline.backing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * One PostgreSQL server on loopback, with logical decoding and prepared transactions, reached by password (SCRAM) only.
 *
 * <p>
 * Durable as PostgreSQL is by default: fsync and synchronous_commit are on. It runs as a direct child, not through
 * pg_ctl, so that a signal to the process is a signal to the server.
 */
public final class PostgresServer implements BackingService {
    public static final String SUPERUSER = "faultline";

    /**
     * What a server is started with, here and in containers alike.
     *
     * <p>
     * {@code max_slot_wal_keep_size} is how much log a relay that is away may make the server keep. Then its slot is
     * given up and the messages in it are lost, which costs their orders a redrive; without the bound the disk would fill,
     * which costs all orders everything. An order writes about 12 KB of log, half of it on each of two shards, so this
     * is some 85,000 orders: a quarter of an hour at a hundred a second. It is looked at with each checkpoint, so a
     * shard's log takes this and {@code max_wal_size}, a gigabyte, of disk, as a rule.
     */
    public static final Map<String, String> SETTINGS = Map.of(
            "wal_level", "logical",
            "max_connections", "150",
            "max_prepared_transactions", "64",
            "max_replication_slots", "16",
            "max_wal_senders", "16",
            "max_slot_wal_keep_size", "512MB",
            "shared_buffers", "32MB");

    private final String name;
    private final Path directory;
    private final Path data;
    private final int port;
    private final String password;
    private final CacheDirectory cache;
    private @Nullable Path binaries;
    private @Nullable Unprivileged user;

    /**
     * @param directory for the data, made if it does not exist
     * @param password  the superuser's, given to it when the data directory is made
     */
    public PostgresServer(String name, Path directory, int port, String password, CacheDirectory cache) {
        this.name = name;
        this.directory = directory.toAbsolutePath();
        this.data = this.directory.resolve("data");
        this.port = port;
        this.password = password;
        this.cache = cache;
    }

    @Override
    public String name() {
        return name;
    }

    public int port() {
        return port;
    }

    public String jdbcUrl(String database) {
        return "jdbc:postgresql://127.0.0.1:" + port + "/" + database;
    }

    @Override
    public void prepare() {
        if (Files.exists(data.resolve("PG_VERSION"))) {
            return;
        }
        try {
            initialize();
        } catch (IOException e) {
            throw new FaultlineException(name + ": the data directory " + data + " could not be made: " + e
                    .getMessage(),
                    e);
        }
    }

    /** Made beside its place and then renamed: a directory that exists is one that was finished. */
    private void initialize() throws IOException {
        Path unfinished = directory.resolve("data.unfinished");
        Path passwordFile = directory.resolve("password");
        CacheDirectory.deleteTree(unfinished);
        Files.createDirectories(directory);
        try {
            Files.createDirectories(unfinished, ownerOnly("rwx------"));
            Files.deleteIfExists(passwordFile);
            Files.createFile(passwordFile, ownerOnly("rw-------"));
            Files.writeString(passwordFile, password);
            user().own(unfinished);
            user().own(passwordFile);
            ExternalProgram.Outcome initdb = ExternalProgram.run(user().command(List.of(program("initdb").toString(),
                    "--pgdata=" + unfinished, "--username=" + SUPERUSER, "--pwfile=" + passwordFile,
                    "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-instructions")));
            if (!initdb.succeeded()) {
                throw new IOException("initdb said: " + initdb.output());
            }
            Files.move(unfinished, data);
        } finally {
            Files.deleteIfExists(passwordFile);
            CacheDirectory.deleteTree(unfinished);
        }
    }

    @Override
    public Launch launch() {
        var command = new ArrayList<>(List.of(program("postgres").toString(), "-D", data.toString(),
                "-c", "listen_addresses=127.0.0.1", "-c", "port=" + port, "-c", "unix_socket_directories=",
                "-c", "log_line_prefix=%m [%p] "));
        SETTINGS.forEach((key, value) -> command.addAll(List.of("-c", key + "=" + value)));
        // INT asks for a fast shutdown: open transactions are rolled back. TERM would wait for every client to leave.
        return new Launch(user().command(command), Map.of(), directory, "INT");
    }

    @Override
    public Readiness readiness() {
        return Readiness.of("postgres://127.0.0.1:" + port);
    }

    private Path program(String program) {
        if (binaries == null) {
            binaries = PostgresBinaries.unpacked(cache);
        }
        return binaries.resolve("bin").resolve(program);
    }

    private Unprivileged user() {
        if (user == null) {
            user = Unprivileged.forThisUser(program("postgres"));
        }
        return user;
    }

    private static FileAttribute<?> ownerOnly(String permissions) {
        return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions));
    }
}
