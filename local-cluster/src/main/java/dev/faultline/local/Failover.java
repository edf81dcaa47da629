package dev.faultline.local;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

import com.sun.net.httpserver.HttpServer;
import dev.faultline.backing.CacheDirectory;
import dev.faultline.backing.KafkaAotCache;
import dev.faultline.local.supervisor.SupervisorDirectory;

/**
 * The process that watches every shard of a cluster, and promotes a standby whose primary is gone or does not answer. It is
 * ready when it responds on its port. Any number of them may run: they change roles only while they hold the shard's lock.
 */
final class Failover {
    private static final Duration INTERVAL = Duration.ofMillis(250);
    private static final Duration AFTER_FAILURE = Duration.ofSeconds(2);

    private Failover() {}

    /** @param arguments the cluster's home */
    public static void main(String[] arguments) throws Exception {
        var home = new Home(Path.of(arguments[0]));
        var files = new SupervisorDirectory(home.directory());
        var watched = new HashMap<String, ShardWatch>();
        serve(layout(home).failoverPort());
        while (true) {
            if (!files.shutdownIsRequested()) {
                // Shards may have been added.
                Optional<Settings> settings = home.settings();
                if (settings.isPresent() && settings.get().shards() > watched.size()) {
                    watch(layout(home), home, files, watched);
                }
            }
            Thread.sleep(INTERVAL);
        }
    }

    private static void watch(Layout layout, Home home, SupervisorDirectory files, Map<String, ShardWatch> watched) {
        for (Shard shard : layout.shards()) {
            watched.computeIfAbsent(shard.name(), _ -> {
                var roles = new ShardRoles(shard, files, home::data, Failover::report);
                var lock = new ShardLock(layout.consulOfOperator(), "failover-1, process " + ProcessHandle.current()
                        .pid());
                var watch = new ShardWatch(shard, roles, lock, files, Failover::report);
                Thread.ofPlatform().name(shard.name()).start(() -> run(shard, watch, files));
                return watch;
            });
        }
    }

    private static void run(Shard shard, ShardWatch watch, SupervisorDirectory files) {
        while (true) {
            Duration pause = INTERVAL;
            try {
                if (!files.shutdownIsRequested()) {
                    watch.step();
                }
            } catch (RuntimeException e) { // the next step tries again
                report(shard.name(), e.toString());
                pause = AFTER_FAILURE;
            }
            try {
                Thread.sleep(pause);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private static Layout layout(Home home) {
        CacheDirectory cache = CacheDirectory.ofThisUser();
        return new Layout(home, home.settings().orElseThrow(), cache, KafkaAotCache.of(cache), Failover::report);
    }

    private static void report(String subject, String what) {
        System.out.println(Instant.now() + " " + subject + ": " + what);
    }

    private static void serve(int port) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        server.start();
    }
}
