package dev.faultline.simulation;

import jdk.internal.vm.Continuation;
import jdk.internal.vm.ContinuationScope;
import org.jspecify.annotations.Nullable;

/**
 * Straight-line code that can be stopped at any call and gone on with later, or never: one that is dropped runs no
 * {@code finally}, which is what {@code kill -9} does. It is the part of a virtual thread that is no thread.
 */
final class Coroutine {
    private static final ContinuationScope SCOPE = new ContinuationScope("simulation");

    private final Continuation continuation;
    private @Nullable Throwable failure;

    Coroutine(Runnable body) {
        this.continuation = new Continuation(SCOPE, () -> {
            try {
                body.run();
            } catch (Throwable t) {
                failure = t;
            }
        });
    }

    /** Runs until the body stops itself or ends. */
    void run() {
        continuation.run();
        if (failure != null) {
            throw new IllegalStateException("a party failed as no party should", failure);
        }
    }

    /** Stops the one that runs. */
    static void stop() {
        if (!Continuation.yield(SCOPE)) {
            throw new IllegalStateException("cannot be stopped here");
        }
    }
}
