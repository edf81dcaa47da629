package dev.faultline.backing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;
import org.postgresql.PGProperty;

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
            // Also bounds how long a shutdown waits for the readers of the outboxes.
            "wal_sender_timeout", "10s",
            "shared_buffers", "32MB");

    /**
     * Who may connect. A service's role has REPLICATION, to read its own database's log for its outbox; without the last
     * line's user it could copy the whole server, with the databases of the other services.
     */
    private static final String ACCESS_RULES = """
            # TYPE  DATABASE     USER       ADDRESS       METHOD
            local   all          %1$s                     scram-sha-256
            host    all          all        127.0.0.1/32  scram-sha-256
            host    replication  %1$s       127.0.0.1/32  scram-sha-256
            """.formatted(SUPERUSER);

    /** The same with {@link PostgresTls}. */
    private static final String TLS_ACCESS_RULES = """
            # TYPE  DATABASE     USER       ADDRESS       METHOD
            hostssl all          all        127.0.0.1/32  scram-sha-256 clientcert=verify-full
            hostssl replication  %1$s       127.0.0.1/32  scram-sha-256 clientcert=verify-full
            """.formatted(SUPERUSER);

    private static final Duration CONNECT = Duration.ofSeconds(2);
    /** A promotion replays what was received; a backup waits for a checkpoint. */
    private static final Duration STATEMENT = Duration.ofSeconds(60);

    private final String name;
    private final Path directory;
    private final DataDirectory data;
    private final int port;
    private final @Nullable Replication replication;
    private final String password;
    private final PostgresPrograms programs;
    private final @Nullable PostgresTls tls;

    /**
     * @param directory for the data; created if it does not exist
     * @param password  the superuser's, set when the data directory is created
     */
    public PostgresServer(String name, Path directory, int port, String password, CacheDirectory cache) {
        this(name, directory, port, password, null, cache);
    }

    /** One of the two servers of a shard, which becomes the primary by {@link #prepare}. */
    public PostgresServer(String name, Path directory, int port, String password, @Nullable Replication replication,
            CacheDirectory cache) {
        this(name, directory, port, password, replication, new PostgresPrograms(cache), null);
    }

    private PostgresServer(String name, Path directory, int port, String password, @Nullable Replication replication,
            PostgresPrograms programs, @Nullable PostgresTls tls) {
        this.name = name;
        this.directory = directory.toAbsolutePath();
        this.data = new DataDirectory(this.directory.resolve("data"));
        this.port = port;
        this.replication = replication;
        this.password = password;
        this.programs = programs;
        this.tls = tls;
    }

    /** The same server, which from its next {@link #prepare} and start on speaks TLS only. */
    public PostgresServer securedBy(PostgresTls certificates) {
        return new PostgresServer(name, directory, port, password, replication, programs, certificates);
    }

    /** The jar from which the server's binaries are unpacked, for the class path of another JVM. */
    public static Path binaries() {
        return PostgresBinaries.jar();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int port() {
        return port;
    }

    /** For the superuser. */
    public String jdbcUrl(String database) {
        return "jdbc:postgresql://127.0.0.1:" + port + "/" + database + (tls == null ? "" : "?" + PostgresTls
                .jdbcParameters(tls.superuser()));
    }

    public PostgresRole role() {
        return data.role();
    }

    /** A superuser's connection to the database {@code postgres}, whose statements end within a minute. */
    public Connection connect() throws SQLException {
        var options = new Properties();
        PGProperty.USER.set(options, SUPERUSER);
        PGProperty.PASSWORD.set(options, password);
        PGProperty.CONNECT_TIMEOUT.set(options, (int) CONNECT.toSeconds());
        PGProperty.LOGIN_TIMEOUT.set(options, (int) CONNECT.toSeconds());
        PGProperty.SOCKET_TIMEOUT.set(options, (int) STATEMENT.toSeconds());
        return DriverManager.getConnection(jdbcUrl("postgres"), options);
    }

    @Override
    public void prepare() {
        try {
            if (data.role() == PostgresRole.NONE) {
                data.create(programs.user(), this::initialize);
            }
            writeAccess();
        } catch (IOException | SQLException e) {
            throw new FaultlineException(name + ": cannot create the data directory " + data.path() + ": "
                    + e.getMessage(), e);
        }
    }

    /**
     * Copies a running primary's data, so that this server starts as its standby. Requires that this server has no data.
     *
     * @throws FaultlineException if the primary cannot be copied
     */
    public void prepareAsStandbyOf(PostgresServer primary) {
        if (data.role() != PostgresRole.NONE) {
            throw new IllegalStateException(name + " has data");
        }
        try {
            data.create(programs.user(), unfinished -> {
                try (Connection superuser = primary.connect()) {
                    ReplicationQueries.replaceSlot(superuser, Replication.slotOf(name));
                    BaseBackup.copy(superuser, primary.data.path(), unfinished);
                }
                Files.createFile(unfinished.resolve(DataDirectory.STANDBY_SIGNAL));
            });
            writeAccess();
        } catch (IOException | SQLException e) {
            throw new FaultlineException(name + ": cannot copy the data of " + primary.name + ": " + e.getMessage(), e);
        }
    }

    /**
     * Asks the server about its replication.
     *
     * @throws SQLException if it does not answer within a few seconds
     */
    public ReplicationState replicationState() throws SQLException {
        try (Connection superuser = connect()) {
            superuser.setNetworkTimeout(Runnable::run, (int) CONNECT.toMillis());
            return ReplicationQueries.state(superuser, replication == null ? "" : Replication.slotOf(replication
                    .peer()));
        }
    }

    /**
     * Makes a running standby the primary, with everything that it has received.
     *
     * @return the end of its log at that moment
     * @throws FaultlineException if it is not a standby, or does not become the primary within a minute
     */
    public String promote() {
        try (Connection superuser = connect()) {
            return ReplicationQueries.promote(superuser);
        } catch (SQLException e) {
            throw new FaultlineException(name + " was not promoted: " + e.getMessage() + ". See ./faultline logs "
                    + name
                    + ".", e);
        }
    }

    /**
     * Ends the connections of the outboxes' relays, which a shutdown would wait for. They reconnect if it does not begin at
     * once. Has no effect on a server that does not answer.
     */
    public void disconnectRelays() {
        try (Connection superuser = connect()) {
            ReplicationQueries.disconnectReadersOfSlots(superuser);
        } catch (SQLException e) {
            // Then the shutdown takes longer.
        }
    }

    /**
     * Makes it impossible that this server accepts another write: moves its data away, and kills every process that can
     * write to it, also if it is paused. Idempotent.
     *
     * @throws FaultlineException if a process survives for ten seconds
     */
    public void fence() {
        try {
            data.fence();
        } catch (IOException e) {
            throw new FaultlineException(name + " cannot be fenced: " + e.getMessage(), e);
        }
    }

    /**
     * What the fenced data has that the new primary has not.
     *
     * @param from the end of the new primary's log when it was promoted
     * @throws FaultlineException if the data cannot be read
     */
    public DiscardedLog discardedAfter(String from) {
        try {
            return FencedLog.discarded(programs.singleUserServer(data.fenced(), SETTINGS), from);
        } catch (IOException e) {
            throw new FaultlineException(name + ": cannot read the log in " + data.fenced() + ": " + e.getMessage(), e);
        }
    }

    /** Deletes the data that {@link #fence} moved away. */
    public void deleteFenced() {
        try {
            CacheDirectory.deleteTree(data.fenced());
        } catch (IOException e) {
            throw new FaultlineException(name + ": cannot delete " + data.fenced() + ": " + e.getMessage(), e);
        }
    }

    private void initialize(Path unfinished) throws IOException {
        Path passwordFile = directory.resolve("password");
        try {
            programs.user().writeSecret(passwordFile, password);
            programs.initialize(unfinished, SUPERUSER, passwordFile);
        } finally {
            Files.deleteIfExists(passwordFile);
        }
    }

    /**
     * Writes who may connect, and the certificates. {@link #prepare} does so too; a server with data that is not prepared
     * again needs it before it starts.
     */
    public void updateAccess() {
        try {
            writeAccess();
        } catch (IOException e) {
            throw new FaultlineException(name + ": cannot write who may connect: " + e.getMessage(), e);
        }
    }

    private void writeAccess() throws IOException {
        programs.user().writeSecret(data.path().resolve("pg_hba.conf"), tls == null ? ACCESS_RULES
                : TLS_ACCESS_RULES);
        if (tls != null) {
            copy(tls.server(), copyOf("server"));
        }
        if (replication != null) {
            programs.user().writeSecret(passFile(), "127.0.0.1:" + replication.peerPort() + ":*:" + SUPERUSER + ":"
                    + password + "\n");
            if (tls != null) {
                copy(tls.superuser(), copyOf("superuser"));
            }
        }
    }

    /** The server may run as another user, who has to own its files. */
    private void copy(TlsIdentity from, TlsIdentity to) throws IOException {
        programs.user().writeSecret(to.certificate(), Files.readString(from.certificate()));
        programs.user().writeSecret(to.key(), Files.readString(from.key()));
        programs.user().writeSecret(to.authority(), Files.readString(from.authority()));
    }

    private TlsIdentity copyOf(String role) {
        return new TlsIdentity(directory.resolve(role + ".pem"), directory.resolve(role + ".key"), directory.resolve(
                "authority.pem"));
    }

    private Path passFile() {
        return directory.resolve("pgpass");
    }

    @Override
    public Launch launch() {
        var settings = new TreeMap<>(SETTINGS);
        if (replication != null) {
            settings.putAll(replication.settings(name, passFile(), tls == null ? Map.of()
                    : PostgresTls.client(copyOf("superuser"))));
        }
        if (tls != null) {
            TlsIdentity own = copyOf("server");
            settings.putAll(Map.of("ssl", "on", "ssl_cert_file", own.certificate().toString(), "ssl_key_file", own
                    .key().toString(), "ssl_ca_file", own.authority().toString()));
        }
        // INT is a fast shutdown, which rolls back open transactions; TERM would wait for every client to disconnect.
        return new Launch(programs.server(data.path(), port, settings), Map.of(), directory, "INT");
    }

    @Override
    public Readiness readiness() {
        return Readiness.of("postgres://127.0.0.1:" + port);
    }
}
