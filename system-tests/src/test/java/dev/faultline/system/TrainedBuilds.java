package dev.faultline.system;

import java.nio.file.Path;
import java.util.OptionalInt;

import dev.faultline.backing.Progress;
import dev.faultline.local.LocalCluster;
import dev.faultline.local.Ports;
import dev.faultline.verification.load.TrainingOrders;

/** The unpacked builds of the services with their ahead-of-time caches, which all clusters of this module share. */
final class TrainedBuilds {
    static final Path DIRECTORY = Path.of("target", "apps").toAbsolutePath();

    private TrainedBuilds() {}

    /**
     * Starts a cluster that uses {@link #DIRECTORY}, without what an interrupted run has left of it. The first one creates the
     * caches for the others.
     */
    static void start(LocalCluster cluster, Progress progress) {
        cluster.wipe((_, _) -> {});
        cluster.up(OptionalInt.of(Ports.free()), new TrainingOrders(), progress);
        cluster.awaitReady(progress);
    }
}
