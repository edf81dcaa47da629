package dev.faultline.experiments.overload;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.faultline.backing.FaultlineException;

/**
 * HTTP servers that together answer so many requests a second and no more. What is too much waits, first come, first served,
 * and is worked on even if its client has given up meanwhile: a server is not told.
 */
final class LimitedServers implements AutoCloseable {
    private static final int BACKLOG = 1_000;
    private static final Duration SERVICE_TIME = Duration.ofMillis(100);

    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final List<HttpServer> servers;
    private final AtomicLong received = new AtomicLong();
    private volatile CountDownLatch frozen = new CountDownLatch(0);

    /** @param perSecond of all together; a multiple of ten for each */
    LimitedServers(int count, int perSecond) {
        int workers = (int) (perSecond * SERVICE_TIME.toMillis() / 1_000) / count;
        this.servers = IntStream.range(0, count).mapToObj(_ -> server(new Semaphore(workers, true))).toList();
    }

    private HttpServer server(Semaphore workers) {
        try {
            HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), BACKLOG);
            server.setExecutor(executor);
            server.createContext("/", exchange -> answer(exchange, workers));
            server.start();
            return server;
        } catch (IOException e) {
            throw new FaultlineException("No server can be started: " + e.getMessage(), e);
        }
    }

    private void answer(HttpExchange exchange, Semaphore workers) throws IOException {
        try (exchange) {
            received.incrementAndGet();
            workers.acquire();
            try {
                frozen.await();
                Thread.sleep(SERVICE_TIME);
            } finally {
                workers.release();
            }
            exchange.sendResponseHeaders(200, -1);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    List<Integer> ports() {
        return servers.stream().map(server -> server.getAddress().getPort()).toList();
    }

    List<URI> urls() {
        return ports().stream().map(port -> URI.create("http://127.0.0.1:" + port + "/")).toList();
    }

    /** They accept requests and answer none, until {@link #thaw}. */
    void freeze() {
        frozen = new CountDownLatch(1);
    }

    void thaw() {
        frozen.countDown();
    }

    /** Requests that arrived. */
    long received() {
        return received.get();
    }

    /** Drops what is not answered. */
    @Override
    public void close() {
        thaw();
        servers.forEach(server -> server.stop(0));
        executor.shutdownNow();
    }
}
