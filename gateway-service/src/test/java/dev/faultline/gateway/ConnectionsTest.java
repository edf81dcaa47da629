package dev.faultline.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.time.Duration;

import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.junit.jupiter.api.Test;
import org.springframework.util.unit.DataSize;

class ConnectionsTest {
    private static final Duration CONNECT = Duration.ofMillis(50);
    private static final Duration RESPONSE = Duration.ofSeconds(1);

    @Test
    void aHandshakeHasTheTimeOfAResponse() throws Exception {
        var limits = new GatewayLimits(DataSize.ofMegabytes(1), RESPONSE, RESPONSE, CONNECT, 1, CONNECT, RESPONSE);
        // The kernel accepts connections to it; nobody answers the handshake.
        try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                var client = HttpClients.createMinimal(new Connections().connectionPool(limits))) {
            var request = new HttpGet("https://127.0.0.1:" + server.getLocalPort() + "/");
            long begin = System.nanoTime();

            assertThatThrownBy(() -> client.execute(request, _ -> "")).isInstanceOf(SocketTimeoutException.class);
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(RESPONSE.minus(CONNECT));
        }
    }
}
