package dev.faultline.simulation;

import jdk.internal.vm.Continuation;
import jdk.internal.vm.ContinuationScope;
import org.jspecify.annotations.Nullable;

/**
 * Sequential code that can be suspended at any call. If it is never resumed, no {@code finally} block runs, as with
 * {@code kill -9}. Uses the continuation of a virtual thread without its scheduler.
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

    /** Runs the body until it suspends itself or ends. */
    void resume() {
        continuation.run();
        if (failure != null) {
            throw new IllegalStateException("unexpected failure of a task", failure);
        }
    }

    /** Suspends the running coroutine. */
    static void suspend() {
        if (!Continuation.yield(SCOPE)) {
            throw new IllegalStateException("cannot be suspended here");
        }
    }
}
