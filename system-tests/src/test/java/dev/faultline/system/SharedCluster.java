package dev.faultline.system;

import java.nio.file.Path;
import java.util.Map;

import dev.faultline.backing.Progress;
import dev.faultline.local.LocalCluster;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** One local cluster for all classes that need one: started by the first, and stopped after the last. */
public final class SharedCluster implements BeforeAllCallback {
    /** For alice, as whom {@code ApiPropertyIT} sends more than a customer may. */
    private static final Map<String, String> LIMITS = Map.of("FAULTLINE_LIMITS_CALLERS_ALICE_RATE", "1000",
            "FAULTLINE_LIMITS_CALLERS_ALICE_BURST", "1000", "FAULTLINE_LIMITS_CALLERS_ALICE_WRITES", "32");
    public static final LocalCluster CLUSTER = LocalCluster.in(Path.of("target", "cluster").toAbsolutePath(),
            TrainedBuilds.DIRECTORY).with(LIMITS);
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
