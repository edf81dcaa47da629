package dev.faultline.cli;

import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Function;

import dev.faultline.backing.Cleanup;
import dev.faultline.backing.FaultlineException;
import dev.faultline.backing.Replication;
import dev.faultline.local.LocalCluster;
import dev.faultline.local.Ports;
import dev.faultline.verification.load.TrainingOrders;
import org.jspecify.annotations.Nullable;

/** A cluster on free ports that exists for one piece of work. Its builds and their caches are kept for the next one. */
final class TemporaryCluster {
    private final String command;
    private final Path directory;
    private final Terminal terminal;

    /**
     * @param command   that it is for, for messages
     * @param directory of the cluster, its builds and the command's reports
     */
    TemporaryCluster(String command, Path directory, Terminal terminal) {
        this.command = command;
        this.directory = directory;
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

    /** @param standbys of its shards; null for none */
    <T> T run(Map<String, String> environment, Replication.@Nullable Mode standbys, Function<LocalCluster, T> work) {
        var single = LocalCluster.in(directory.resolve("cluster"), directory.resolve("apps")).with(environment);
        var cluster = standbys == null ? single : single.withStandbys(standbys);
        if (cluster.isRunning()) {
            throw new FaultlineException("Another ./faultline " + command + " is using " + cluster.home()
                    + ". Wait until it ends; if it was killed, clean up with ./faultline down --wipe --home "
                    + cluster.home() + ".");
        }
        cluster.wipe((_, _) -> {});
        Thread user = Thread.currentThread();
        try (var _ = new Cleanup(() -> {
            if (!user.equals(Thread.currentThread())) {
                user.interrupt(); // it may be starting the cluster
            }
            cluster.wipe((_, _) -> {});
        })) {
            cluster.up(OptionalInt.of(Ports.free()), new TrainingOrders(), terminal);
            cluster.awaitReady(terminal);
            return work.apply(cluster);
        }
    }
}
