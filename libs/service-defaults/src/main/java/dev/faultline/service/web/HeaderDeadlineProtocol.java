package dev.faultline.service.web;

import java.io.IOException;
import java.time.Duration;

import org.apache.coyote.Adapter;
import org.apache.coyote.Processor;
import org.apache.coyote.http11.AbstractHttp11Protocol;
import org.apache.coyote.http11.Http11NioProtocol;
import org.apache.coyote.http11.Http11Processor;
import org.apache.tomcat.util.net.AbstractEndpoint.Handler.SocketState;
import org.apache.tomcat.util.net.SocketWrapperBase;

/**
 * HTTP/1.1 that closes a connection whose request line and headers have not arrived within a time after their first byte.
 * Tomcat's own timeout is for one byte after the other, so that a client that sends one every few seconds keeps its
 * connection for hours. Nothing waits in a thread meanwhile: the time is looked at when a byte arrives, and silence is
 * Tomcat's to end, so the whole bound is this time and the connection timeout.
 */
public final class HeaderDeadlineProtocol extends Http11NioProtocol {
    private final SharedPortEndpoint endpoint;
    private Duration deadline = Duration.ofSeconds(5);

    /** Called by Tomcat. */
    public HeaderDeadlineProtocol() {
        this(new SharedPortEndpoint());
    }

    private HeaderDeadlineProtocol(SharedPortEndpoint endpoint) {
        super(endpoint);
        this.endpoint = endpoint;
    }

    /** Whether other processes may listen on the same port. */
    void setSharedPort(boolean isShared) {
        endpoint.setShared(isShared);
    }

    /** @param deadline from the first byte of a request to the end of its headers */
    void setHeaderDeadline(Duration deadline) {
        this.deadline = deadline;
    }

    @Override
    protected Processor createProcessor() {
        return new DeadlineProcessor(this, getAdapter());
    }

    private final class DeadlineProcessor extends Http11Processor {
        DeadlineProcessor(AbstractHttp11Protocol<?> protocol, Adapter adapter) {
            super(protocol, adapter);
        }

        @Override
        public SocketState service(SocketWrapperBase<?> socket) throws IOException {
            SocketState state = super.service(socket);
            boolean begun = getRequest().getStartTimeNanos() != -1;
            if (state == SocketState.OPEN && begun) { // empty lines before a request, which Tomcat would forget
                state = SocketState.LONG;
            }
            boolean incomplete = state == SocketState.LONG && begun && !isAsync();
            return incomplete && System.nanoTime() - getRequest().getStartTimeNanos() > deadline.toNanos()
                    ? SocketState.CLOSED
                    : state;
        }
    }
}
