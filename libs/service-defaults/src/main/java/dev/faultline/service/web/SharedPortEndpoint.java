package dev.faultline.service.web;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.NetworkChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

import org.apache.tomcat.util.net.NioEndpoint;
import org.jspecify.annotations.Nullable;

/**
 * An endpoint whose port other processes of the same user may listen on too, if they are asked to in the same way: the
 * kernel gives each new connection to one of them (SO_REUSEPORT). When a process ends, the others get all new connections. A
 * process that is frozen still gets its part, and connections that it had not accepted when its socket is closed are
 * reset.
 *
 * @see <a href="https://man7.org/linux/man-pages/man7/socket.7.html">socket(7), SO_REUSEPORT</a>
 */
final class SharedPortEndpoint extends NioEndpoint {
    private boolean isShared;
    private volatile @Nullable ServerSocketChannel shared;

    /** To be called before the endpoint is bound. */
    void setShared(boolean isShared) {
        this.isShared = isShared;
    }

    @Override
    protected void initServerSocket() throws Exception {
        if (!isShared) {
            super.initServerSocket();
            return;
        }
        ServerSocketChannel server = ServerSocketChannel.open();
        try {
            socketProperties.setProperties(server.socket());
            server.setOption(StandardSocketOptions.SO_REUSEPORT, true);
            server.bind(new InetSocketAddress(getAddress(), getPortWithOffset()), getAcceptCount());
        } catch (IOException | RuntimeException e) {
            server.close();
            throw e;
        }
        shared = server;
    }

    @Override
    protected NetworkChannel getServerSocket() {
        ServerSocketChannel server = shared;
        return server == null ? super.getServerSocket() : server;
    }

    @Override
    protected SocketChannel serverSocketAccept() throws Exception {
        ServerSocketChannel server = shared;
        return server == null ? super.serverSocketAccept() : server.accept();
    }

    @Override
    protected void doCloseServerSocket() throws IOException {
        ServerSocketChannel server = shared;
        shared = null;
        if (server != null) {
            server.close();
        }
        super.doCloseServerSocket();
    }
}
