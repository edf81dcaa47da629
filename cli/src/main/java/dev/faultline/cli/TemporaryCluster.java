package dev.faultline.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

import dev.faultline.backing.Cleanup;
import dev.faultline.backing.FaultlineException;
import dev.faultline.backing.Replication;
import dev.faultline.local.LocalCluster;
import dev.faultline.local.Ports;
import dev.faultline.verification.load.TrainingOrders;
import org.jspecify.annotations.Nullable;

/** A cluster on free ports that exists for one piece of work. Its builds and their caches are those of the user's cluster. */
final class TemporaryCluster {
    /** Servers that are starting or training are killed, which takes seconds. */
    private static final Duration STOP = Duration.ofMinutes(1);

    private final String command;
    private final Path directory;
    private final LocalCluster builds;
    private final Terminal terminal;

    /**
     * @param command   that it is for, for messages
     * @param directory of the cluster and the command's reports
     * @param builds    the cluster whose builds of the services are used; it need not run
     */
    TemporaryCluster(String command, Path directory, LocalCluster builds, Terminal terminal) {
        this.command = command;
        this.directory = directory;
        this.builds = builds;
        this.terminal = terminal;
    }

    /**
     * Starts the cluster, and deletes it afterwards, also when the JVM is interrupted.
     *
     * @param environment of its services, besides their own
     */
    <T> T run(Map<String, String> environment, Function<LocalCluster, T> work) {
        return run(environment, null, work);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await(STOP.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** @param standbys of its shards; null for none */
    <T> T run(Map<String, String> environment, Replication.@Nullable Mode standbys, Function<LocalCluster, T> work) {
        var single = builds.sharingBuildsIn(directory.resolve("cluster")).with(environment);
        var cluster = standbys == null ? single : single.withStandbys(standbys);
        if (cluster.isRunning()) {
            throw new FaultlineException("Another ./faultline " + command + " is using " + cluster.home()
                    + ". Wait until it ends; if it was killed, clean up with ./faultline down --wipe --home "
                    + cluster.home() + ".");
        }
        cluster.wipe((_, _) -> {});
        Thread user = Thread.currentThread();
        var started = new CountDownLatch(1);
        try (var _ = new Cleanup(() -> {
            if (!user.equals(Thread.currentThread())) {
                // It may be starting the cluster, or training, and stops what it has started itself.
                user.interrupt();
                await(started);
            }
            cluster.wipe((_, _) -> {});
        })) {
            try {
                cluster.up(OptionalInt.of(Ports.free()), new TrainingOrders(), terminal);
                cluster.awaitReady(terminal);
            } finally {
                started.countDown();
            }
            return work.apply(cluster);
        }
    }
}
