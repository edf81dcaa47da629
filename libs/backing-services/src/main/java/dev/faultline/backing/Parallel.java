package dev.faultline.backing;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Runs tasks in parallel and returns when all are complete; the first failure interrupts the others. */
public final class Parallel {
    private Parallel() {}

    public static void run(Collection<? extends Runnable> tasks) {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<? extends Future<?>> running = tasks.stream().map(threads::submit).toList();
            try {
                for (Future<?> task : running) {
                    task.get();
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
