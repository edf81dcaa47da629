package dev.faultline.backing;

import java.util.concurrent.locks.LockSupport;

/** Work that is done once: when this is closed, or when the JVM is interrupted before that, for example by Ctrl-C. */
public final class Cleanup implements AutoCloseable {
    private final Runnable work;
    private final Thread hook;

    public Cleanup(Runnable work) {
        this.work = work;
        this.hook = new Thread(work);
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** Does not return if the JVM is shutting down: the hook is at work, and what fails meanwhile needs no message. */
    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            while (true) {
                LockSupport.park();
            }
        }
        work.run();
    }
}
