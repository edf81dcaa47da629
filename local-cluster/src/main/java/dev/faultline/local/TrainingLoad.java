package dev.faultline.local;

import java.net.URI;

/** The load under which JVMs create their ahead-of-time caches. */
@FunctionalInterface
public interface TrainingLoad {

    /** Places orders, and returns when they are complete. The gateway may have just started. */
    void run(URI gateway);
}
