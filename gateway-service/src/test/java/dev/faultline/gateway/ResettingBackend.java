package dev.faultline.gateway;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicInteger;

/** A service instance that reads each request and then resets the connection, so that the outcome is unknown. */
final class ResettingBackend implements AutoCloseable {
    static final String ID = "resetting";
    static final String BODY = "body";

    private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final AtomicInteger received = new AtomicInteger();

    ResettingBackend(String service) throws IOException {
        Thread.ofVirtual().start(this::acceptAll);
        Backend.register(ID, service, server.getLocalPort());
    }

    int received() {
        return received.get();
    }

    private void acceptAll() {
        try {
            while (true) {
                try (Socket socket = server.accept()) {
                    var request = new StringBuilder();
                    while (!request.toString().endsWith(BODY)) {
                        request.append((char) socket.getInputStream().read());
                    }
                    received.incrementAndGet();
                    socket.setSoLinger(true, 0); // RST, not FIN
                }
            }
        } catch (IOException closed) {
            // expected on close
        }
    }

    @Override
    public void close() throws IOException {
        Backend.deregister(ID);
        server.close();
    }
}
