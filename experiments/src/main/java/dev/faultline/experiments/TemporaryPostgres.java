package dev.faultline.experiments;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;

import dev.faultline.backing.CacheDirectory;
import dev.faultline.backing.ChildProcess;
import dev.faultline.backing.Cleanup;
import dev.faultline.backing.Databases;
import dev.faultline.backing.FaultlineException;
import dev.faultline.backing.FreePorts;
import dev.faultline.backing.PostgresServer;
import dev.faultline.backing.Progress;
import dev.faultline.sharding.ShardDatabase;
import dev.faultline.sharding.ShardDatabases;
import dev.faultline.sharding.ShardName;

/** PostgreSQL servers on free ports that exist for one piece of work, with the settings of the local cluster. */
public final class TemporaryPostgres {
    /** The database on each server, and its owner. */
    public static final String DATABASE = "compare";
    private static final Duration START = Duration.ofSeconds(60);
    private static final int ATTEMPTS = 3;

    private final Path directory;
    private final String password = UUID.randomUUID().toString();
    private final List<ChildProcess> running = new ArrayList<>();
    private boolean isStopped;

    private TemporaryPostgres(Path directory) {
        this.directory = directory;
    }

    /**
     * Starts the servers {@code shard-1}, {@code shard-2} and so on, each with an empty database; stops them and deletes
     * their data afterwards, also when the JVM is interrupted.
     *
     * @param parent of the temporary directory
     * @throws FaultlineException if a server does not start
     */
    public static <T> T run(Path parent, int servers, Progress progress, Function<ShardDatabases, T> work) {
        var postgres = new TemporaryPostgres(temporaryDirectory(parent));
        try (var _ = new Cleanup(postgres::stop)) {
            var databases = new ArrayList<ShardDatabase>();
            for (int number = 1; number <= servers; number++) {
                databases.add(postgres.start("shard-" + number));
                progress.report("shard-" + number, "ready");
            }
            return work.apply(new ShardDatabases(databases));
        }
    }

    private static Path temporaryDirectory(Path parent) {
        try {
            // Not createTempDirectory: the servers may run as another user, who has to get in.
            return Files.createDirectories(parent.toAbsolutePath().resolve("servers-" + UUID.randomUUID()));
        } catch (IOException e) {
            throw new FaultlineException("Cannot create a directory for the servers in " + parent + ": "
                    + e.getMessage() + ".", e);
        }
    }

    /** Under the same lock as {@link #stop}, so that no server is started behind its back. */
    private synchronized ShardDatabase start(String name) {
        PostgresServer server = startServer(name);
        new Databases(server.jdbcUrl("postgres"), PostgresServer.SUPERUSER, password).create(DATABASE, password);
        return new ShardDatabase(new ShardName(name), server.jdbcUrl(DATABASE), DATABASE, password);
    }

    /** On another port if it does not start, because another process may have taken the port meanwhile. */
    private PostgresServer startServer(String name) {
        for (int attempt = 1;; attempt++) {
            if (isStopped) {
                throw new FaultlineException("Interrupted.");
            }
            var server = new PostgresServer(name, directory.resolve(name), FreePorts.take(1).getFirst(), password,
                    CacheDirectory.ofThisUser());
            try {
                running.add(ChildProcess.start(server, directory.resolve(name + ".log"), START));
                return server;
            } catch (FaultlineException e) {
                if (attempt == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    private synchronized void stop() {
        isStopped = true;
        running.forEach(ChildProcess::close);
        try {
            CacheDirectory.deleteTree(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
