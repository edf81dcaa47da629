package dev.faultline.experiments;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;

import dev.faultline.backing.CacheDirectory;
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
    private static final int ATTEMPTS = 3;

    private final TemporaryServers servers;
    private final String password = UUID.randomUUID().toString();

    private TemporaryPostgres(TemporaryServers servers) {
        this.servers = servers;
    }

    /**
     * Starts the servers {@code shard-1}, {@code shard-2} and so on, each with an empty database; stops them and deletes
     * their data afterwards, also when the JVM is interrupted.
     *
     * @param parent of the temporary directory
     * @throws FaultlineException if a server does not start
     */
    public static <T> T run(Path parent, int servers, Progress progress, Function<ShardDatabases, T> work) {
        try (var temporary = new TemporaryServers(parent, progress)) {
            var postgres = new TemporaryPostgres(temporary);
            var databases = new ArrayList<ShardDatabase>();
            for (int number = 1; number <= servers; number++) {
                databases.add(postgres.start("shard-" + number));
            }
            return work.apply(new ShardDatabases(databases));
        }
    }

    private ShardDatabase start(String name) {
        PostgresServer server = startServer(name);
        new Databases(server.jdbcUrl("postgres"), PostgresServer.SUPERUSER, password).create(DATABASE, password);
        return new ShardDatabase(new ShardName(name), server.jdbcUrl(DATABASE), DATABASE, password);
    }

    /** On another port if it does not start, because another process may have taken the port meanwhile. */
    private PostgresServer startServer(String name) {
        for (int attempt = 1;; attempt++) {
            var server = new PostgresServer(name, servers.directory(name), FreePorts.take(1).getFirst(), password,
                    CacheDirectory.ofThisUser());
            try {
                servers.start(List.of(server));
                return server;
            } catch (FaultlineException e) {
                if (attempt == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }
}
