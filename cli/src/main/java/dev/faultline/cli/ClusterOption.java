package dev.faultline.cli;

import java.nio.file.Path;

import dev.faultline.local.LocalCluster;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The cluster that a command acts on. */
final class ClusterOption {
    @Option(names = "--home", paramLabel = "DIR", description = "the cluster's directory (default: FAULTLINE_HOME, or "
            + ".faultline beside this script)") private @Nullable Path home;

    LocalCluster cluster() {
        return home == null ? LocalCluster.ofThisUser() : LocalCluster.in(home);
    }
}
