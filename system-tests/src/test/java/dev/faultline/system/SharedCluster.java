package dev.faultline.system;

import java.nio.file.Path;
import java.util.OptionalInt;

import dev.faultline.backing.Progress;
import dev.faultline.local.LocalCluster;
import dev.faultline.verification.load.TrainingOrders;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** One local cluster for all classes that need one: started by the first, and stopped after the last. */
final class SharedCluster implements BeforeAllCallback {
    static final LocalCluster CLUSTER = LocalCluster.in(Path.of("target", "cluster").toAbsolutePath(),
            Path.of("target", "apps").toAbsolutePath());
    static final Progress OUT = (subject, what) -> System.out.println(subject + ": " + what);
    private static final int PORT = 19_080;

    @Override
    public void beforeAll(ExtensionContext context) {
        context.getRoot().getStore(ExtensionContext.Namespace.GLOBAL).computeIfAbsent(Running.class);
    }

    /** Public for JUnit, which creates it once and closes it at the end of the run. */
    public static final class Running implements AutoCloseable {
        public Running() {
            CLUSTER.wipe((_, _) -> {});
            CLUSTER.up(OptionalInt.of(PORT), new TrainingOrders(), OUT);
            CLUSTER.awaitReady(OUT);
        }

        @Override
        public void close() {
            CLUSTER.wipe((_, _) -> {});
        }
    }
}
