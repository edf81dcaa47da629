package dev.faultline.system.api;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Clients that begin requests and then send one byte every half second, so that no single read of the server takes long.
 *
 * @see <a href="https://en.wikipedia.org/wiki/Slowloris_(cyber_attack)">Slowloris</a>
 */
final class SlowClients implements AutoCloseable {
    private final List<Client> clients = new ArrayList<>();
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();

    private final Future<?> drips = clock.scheduleAtFixedRate(this::drip, 500, 500, TimeUnit.MILLISECONDS);

    /** @param endless what the client sends for ever, byte by byte */
    private record Client(SocketChannel channel, String endless, AtomicInteger sent) {

        boolean isCutOff() {
            try {
                char next = endless.charAt(sent.getAndIncrement() % endless.length());
                channel.write(ByteBuffer.wrap(new byte[]{(byte) next}));
                return channel.read(ByteBuffer.allocate(4_096)) < 0;
            } catch (IOException e) {
                return true;
            }
        }
    }

    void add(int count, URI server, String begin, String endless) throws IOException {
        for (int i = 0; i < count; i++) {
            var channel = SocketChannel.open(new InetSocketAddress(server.getHost(), server.getPort()));
            channel.write(ByteBuffer.wrap(begin.getBytes(StandardCharsets.ISO_8859_1)));
            channel.configureBlocking(false);
            synchronized (clients) {
                clients.add(new Client(channel, endless, new AtomicInteger()));
            }
        }
    }

    /** The clients that the server has not cut off yet. */
    int connected() {
        synchronized (clients) {
            return clients.size();
        }
    }

    private void drip() {
        synchronized (clients) {
            clients.removeIf(Client::isCutOff);
        }
    }

    @Override
    public void close() {
        drips.cancel(true);
        clock.shutdownNow();
        synchronized (clients) {
            for (Client client : clients) {
                try {
                    client.channel.close();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }
}
