package dev.faultline.system;

import java.nio.file.Path;

import dev.faultline.backing.Progress;
import dev.faultline.local.LocalCluster;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** One local cluster for all classes that need one: started by the first, and stopped after the last. */
public final class SharedCluster implements BeforeAllCallback {
    public static final LocalCluster CLUSTER = LocalCluster.in(Path.of("target", "cluster").toAbsolutePath(),
            TrainedBuilds.DIRECTORY);
    static final Progress OUT = (subject, what) -> System.out.println(subject + ": " + what);

    @Override
    public void beforeAll(ExtensionContext context) {
        context.getRoot().getStore(ExtensionContext.Namespace.GLOBAL).computeIfAbsent(Running.class);
    }

    /** Public for JUnit, which creates it once and closes it at the end of the run. */
    public static final class Running implements AutoCloseable {
        public Running() {
            TrainedBuilds.start(CLUSTER, OUT);
        }

        @Override
        public void close() {
            CLUSTER.wipe((_, _) -> {});
        }
    }
}
