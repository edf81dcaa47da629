package dev.faultline.backing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Finds free loopback ports for tests. Another process may take one of them before it is used. */
public final class FreePorts {
    private static final Set<Integer> TAKEN = ConcurrentHashMap.newKeySet();

    private FreePorts() {}

    /** Returns distinct ports, which no other call in this JVM returns, so that tests can run concurrently. */
    public static List<Integer> take(int count) {
        var sockets = new ArrayList<ServerSocket>();
        var ports = new ArrayList<Integer>();
        try {
            try {
                while (ports.size() < count) {
                    var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                    sockets.add(socket);
                    if (TAKEN.add(socket.getLocalPort())) {
                        ports.add(socket.getLocalPort());
                    }
                }
                return List.copyOf(ports);
            } finally {
                for (ServerSocket socket : sockets) {
                    socket.close();
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
