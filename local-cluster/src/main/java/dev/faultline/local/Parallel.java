package dev.faultline.local;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import dev.faultline.backing.FaultlineException;

/** Does several things at once and returns when all are done; the first failure stops the others. */
final class Parallel {
    private Parallel() {}

    static void run(Collection<? extends Runnable> things) {
        run(things, Math.max(1, things.size()));
    }

    /** @param atOnce how many at most */
    static void run(Collection<? extends Runnable> things, int atOnce) {
        try (ExecutorService threads = Executors.newFixedThreadPool(atOnce, Thread.ofVirtual().factory())) {
            List<? extends Future<?>> running = things.stream().map(threads::submit).toList();
            try {
                for (Future<?> thing : running) {
                    thing.get();
                }
            } catch (ExecutionException e) {
                threads.shutdownNow();
                throw e.getCause() instanceof RuntimeException failure ? failure : new IllegalStateException(e
                        .getCause());
            } catch (InterruptedException e) {
                threads.shutdownNow();
                Thread.currentThread().interrupt();
                throw new FaultlineException("Interrupted.", e);
            }
        }
    }
}
