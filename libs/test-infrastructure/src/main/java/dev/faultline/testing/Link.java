package dev.faultline.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A port that leads to another one on loopback until it is cut: then every connection is closed, and so is every new one.
 * Thread-safe.
 */
public final class Link implements AutoCloseable {
    private final ServerSocket server;
    private final int target;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private volatile boolean cut;

    /** Listens on a free port. */
    public Link(int target) {
        try {
            this.server = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        this.target = target;
        Thread.ofVirtual().name("link-" + target).start(this::accept);
    }

    public int port() {
        return server.getLocalPort();
    }

    public void cut() {
        cut = true;
        open.forEach(Link::close);
    }

    public void restore() {
        cut = false;
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket client = server.accept();
                if (cut) {
                    close(client);
                } else {
                    connect(client);
                }
            } catch (IOException e) {
                // closed, or the target does not listen: the client's connection ends
            }
        }
    }

    private void connect(Socket client) throws IOException {
        open.add(client);
        try {
            var targets = new Socket(InetAddress.getLoopbackAddress(), target);
            open.add(targets);
            client.setTcpNoDelay(true);
            targets.setTcpNoDelay(true);
            Thread.ofVirtual().start(() -> copy(client, targets));
            Thread.ofVirtual().start(() -> copy(targets, client));
            if (cut) { // meanwhile
                cut();
            }
        } catch (IOException e) {
            close(client);
            throw e;
        }
    }

    private void copy(Socket from, Socket to) {
        try (from; to) {
            from.getInputStream().transferTo(to.getOutputStream());
        } catch (IOException e) {
            // one of them was closed, and now both are
        } finally {
            open.remove(from);
            open.remove(to);
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        cut();
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
