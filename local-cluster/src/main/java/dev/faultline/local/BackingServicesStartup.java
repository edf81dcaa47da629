package dev.faultline.local;

import java.util.List;
import java.util.stream.Stream;

import dev.faultline.backing.BackingService;
import dev.faultline.backing.Parallel;
import dev.faultline.backing.PostgresServer;
import dev.faultline.backing.Progress;
import dev.faultline.local.supervisor.SupervisorDirectory;

/** Starts what the services need: Consul, Kafka, the shards with their databases, and the failover of shards with standbys. */
final class BackingServicesStartup {
    private final Layout layout;
    private final Home home;
    private final SupervisorDirectory files;
    private final DeployedNodes nodes;
    private final Progress progress;

    BackingServicesStartup(Layout layout, Home home, SupervisorDirectory files, DeployedNodes nodes,
            Progress progress) {
        this.layout = layout;
        this.home = home;
        this.files = files;
        this.nodes = nodes;
        this.progress = progress;
    }

    /** Returns when all are ready. */
    void run() {
        Parallel.run(layout.backingServices().stream().filter(server -> !(server instanceof PostgresServer))
                .<Runnable>map(server -> () -> start(server)).toList());
        Parallel.run(Stream.concat(Stream.of(() -> layout.security().grantRights(layout)), layout.shards().stream()
                .<Runnable>map(shard -> () -> start(shard))).toList());
        if (layout.failover().isPresent() && !nodes.contains(layout.failover().get())) {
            nodes.deploy(FailoverProcess.spec(layout, home));
        }
        nodes.awaitReady(layout.failover().stream().toList());
    }

    /** Returns when its databases exist. */
    void start(Shard shard) {
        if (shard.hasStandby()) {
            new ShardLock(layout.consulOfOperator(), "up").hold(shard.name(), token -> {
                var roles = new ShardRoles(shard, files, home::data, progress);
                if (roles.isNew()) {
                    roles.create(token);
                }
                roles.complete(token);
                return shard;
            });
        }
        shard.servers().forEach(this::start);
        layout.createDatabases(shard);
    }

    private void start(BackingService server) {
        if (!nodes.contains(server.name())) {
            server.prepare();
            nodes.deploy(server);
        }
        nodes.awaitReady(List.of(server.name()));
    }
}
