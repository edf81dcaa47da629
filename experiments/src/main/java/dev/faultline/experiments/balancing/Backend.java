package dev.faultline.experiments.balancing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.faultline.backing.FaultlineException;
import dev.faultline.experiments.balancing.Scenario.Behaviour;

/** An instance of a service: an HTTP server that handles four requests at a time, and lets the others wait. */
final class Backend implements AutoCloseable {
    private static final int WORKERS = 4;
    private static final int BACKLOG = 1000;

    private final HttpServer server;
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final Semaphore workers = new Semaphore(WORKERS, true);
    private final CountDownLatch closed = new CountDownLatch(1);
    private final AtomicInteger received = new AtomicInteger();
    private volatile Behaviour behaviour = Behaviour.AT_ONCE;

    Backend() {
        try {
            this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), BACKLOG);
        } catch (IOException e) {
            throw new FaultlineException("No server can be started: " + e.getMessage(), e);
        }
        server.setExecutor(executor);
        server.createContext("/", this::handle);
        server.start();
    }

    int port() {
        return server.getAddress().getPort();
    }

    /** Behaves like this from now on, and counts from zero. */
    void behave(Behaviour other) {
        behaviour = other;
        received.set(0);
    }

    /** The requests that arrived. */
    int received() {
        return received.get();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            received.incrementAndGet();
            if (behaviour.isPaused()) {
                closed.await();
                return;
            }
            work();
            exchange.sendResponseHeaders(200, -1);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void work() throws InterruptedException {
        workers.acquire();
        try {
            long end = System.nanoTime() + behaviour.serviceTime().toNanos();
            for (long left = end - System.nanoTime(); left > 0; left = end - System.nanoTime()) {
                LockSupport.parkNanos(left);
            }
        } finally {
            workers.release();
        }
    }

    /** Drops what it has not answered. */
    @Override
    public void close() {
        closed.countDown();
        server.stop(0);
        executor.shutdownNow();
    }
}
