package dev.faultline.local;

import java.net.URI;
import java.nio.file.Path;

/** The load under which JVMs create their ahead-of-time caches. */
@FunctionalInterface
public interface TrainingLoad {

    /**
     * Places orders, and returns when they are complete. The gateway may have just started.
     *
     * @param secrets the directory with the secrets of the clients, by client
     */
    void run(URI gateway, Path secrets);
}
