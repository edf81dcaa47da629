package dev.faultline.local;

import java.net.URI;

/** The orders from which the JVMs learn what they will load and run. */
@FunctionalInterface
public interface TrainingLoad {

    /** Places orders through a gateway that has just started, and returns when they are complete. */
    void run(URI gateway);
}
