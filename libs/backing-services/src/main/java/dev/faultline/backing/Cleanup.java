package dev.faultline.backing;

import java.util.concurrent.Semaphore;

/**
 * Work that is done once: when this is closed, or when the JVM is interrupted before that, for example by Ctrl-C. A JVM
 * that ends while the work is being done waits for it. Work that failed is tried again when the JVM ends.
 */
public final class Cleanup implements AutoCloseable {
    private final Runnable work;
    private final Thread hook;
    private boolean isDone;

    public Cleanup(Runnable work) {
        this.work = work;
        this.hook = new Thread(this::cleanUp);
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** Does not return if the JVM is shutting down: what fails meanwhile needs no message. */
    @Override
    public void close() {
        cleanUp();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            new Semaphore(0).acquireUninterruptibly();
        }
    }

    private synchronized void cleanUp() {
        if (!isDone) {
            work.run();
            isDone = true;
        }
    }
}
