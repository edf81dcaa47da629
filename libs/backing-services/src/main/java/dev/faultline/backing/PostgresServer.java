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
 * One PostgreSQL server on loopback, with logical decoding, prepared transactions and password authentication (SCRAM).
 *
 * <p>
 * As durable as PostgreSQL is by default: fsync and synchronous_commit are on. It runs as a direct child, not through
 * pg_ctl, so that signals reach the server.
 */
public final class PostgresServer implements BackingService {
    public static final String SUPERUSER = "faultline";

    /**
     * The server's settings, in the local cluster and in containers.
     *
     * <p>
     * {@code max_slot_wal_keep_size} bounds the log that the server retains for a relay that is down. Beyond it, the slot
     * is invalidated and its messages are lost, so the sweep has to redrive their orders; without a bound, the disk would
     * fill up. An order writes about 12 KB of log, half of it on each of two shards, so the bound is some 85,000 orders, or
     * a quarter of an hour at a hundred per second. It is enforced at checkpoints, so a shard's log usually takes up to
     * this and {@code max_wal_size}, a gigabyte, of disk.
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
     * @param directory for the data; created if it does not exist
     * @param password  the superuser's, set when the data directory is created
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
            throw new FaultlineException(name + ": cannot create the data directory " + data + ": " + e.getMessage(),
                    e);
        }
    }

    /** Creates the directory under a temporary name and renames it, so that an existing data directory is complete. */
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
                throw new IOException("initdb failed: " + initdb.output());
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
        // INT is a fast shutdown, which rolls back open transactions; TERM would wait for every client to disconnect.
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
