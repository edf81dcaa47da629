package dev.faultline.gateway;

import static dev.faultline.gateway.LimitedGateway.BURST;
import static dev.faultline.gateway.LimitedGateway.FINE;
import static dev.faultline.gateway.LimitedGateway.LIMITS;
import static dev.faultline.gateway.LimitedGateway.assertRefusal;
import static dev.faultline.gateway.LimitedGateway.clientAt;
import static dev.faultline.gateway.LimitedGateway.customer;
import static dev.faultline.gateway.LimitedGateway.grantedSince;
import static dev.faultline.gateway.LimitedGateway.send;
import static dev.faultline.gateway.LimitedGateway.withStatus;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.Callable;

import dev.faultline.testing.TestIssuer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Each test has client addresses of its own, which begin with their whole burst. */
@Tag("integration")
class AddressLimitsTest {
    private static LimitedGateway gateway;
    private static Backend orders;
    private static Backend stock;

    private final long start = System.nanoTime();

    @BeforeAll
    static void start() throws IOException {
        orders = new Backend("order-service", FINE);
        stock = new Backend("inventory-service", FINE);
        gateway = new LimitedGateway("addressed-gateway", "addressed-gateway-1", LIMITS);
        gateway.awaitAnswer("/api/orders");
        gateway.awaitAnswer("/api/stock/MUG");
    }

    @AfterAll
    static void stop() {
        gateway.close();
        orders.close();
        stock.close();
    }

    @Test
    void anAddressWithoutTokensIsLimitedWhateverItSaysAboutItself() throws Exception {
        HttpClient client = clientAt("127.0.0.2");
        var answers = new ArrayList<HttpResponse<String>>();
        for (int i = 0; i < 3 * BURST; i++) {
            answers.add(send(client, gateway.request("/api/stock/MUG", null).header("X-Forwarded-For", "192.0.2." + i)
                    .header("Forwarded", "for=192.0.2." + i)));
        }
        assertThat(withStatus(answers, 200)).hasSizeBetween(BURST, grantedSince(start));
        assertThat(withStatus(answers, 429)).isNotEmpty().allSatisfy(answer -> assertRefusal(answer, "address"));
        awaitRefusal("127.0.0.2", () -> send(client, gateway.request("/api/orders", customer("new")))
                .statusCode() == 429);
        assertThat(send(clientAt("127.0.0.3"), gateway.request("/api/stock/MUG", null)).body()).isEqualTo("fine");
    }

    @Test
    void aFloodOfBadTokensIsNotVerifiedAndKnownCallersDoNotNotice() throws Exception {
        HttpClient client = clientAt("127.0.0.4");
        String known = customer("known");
        assertThat(send(client, gateway.request("/api/orders", known)).body()).isEqualTo("fine");
        String forged = TestIssuer.shared().token("mallory", "orders").replaceFirst("[^.]+$", "c2lnbmF0dXJl");
        var answers = new ArrayList<HttpResponse<String>>();
        for (int i = 0; i < 3 * BURST; i++) {
            answers.add(send(client, gateway.request("/api/orders", "Bearer " + forged)));
        }
        assertThat(withStatus(answers, 401)).hasSizeBetween(BURST, grantedSince(start));
        assertThat(withStatus(answers, 429)).isNotEmpty().allSatisfy(answer -> assertRefusal(answer, "address"));
        assertThat(send(client, gateway.request("/api/orders", known)).body()).isEqualTo("fine");
    }

    @Test
    void aRequestThatIsRefusedIsNotRead() {
        awaitRefusal("127.0.0.5", () -> {
            try (var socket = new Socket(InetAddress.getLoopbackAddress(), gateway.port(), InetAddress.getByName(
                    "127.0.0.5"), 0)) {
                socket.setSoTimeout(2_000);
                socket.getOutputStream().write(
                        "POST /oauth2/token HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf".getBytes(
                                StandardCharsets.US_ASCII));
                return new String(socket.getInputStream().readNBytes("HTTP/1.1 429".length()),
                        StandardCharsets.US_ASCII).equals("HTTP/1.1 429");
            }
        });
    }

    /** Has the address use up its share until this is refused: while the machine was busy, it may have got a request back. */
    private static void awaitRefusal(String address, Callable<Boolean> isRefused) {
        await().atMost(Duration.ofSeconds(30)).ignoreExceptions().until(() -> {
            HttpClient client = clientAt(address);
            int status;
            do {
                status = send(client, gateway.request("/api/stock/MUG", null)).statusCode();
            } while (status != 429);
            return isRefused.call();
        });
    }

    @Test
    void theAddressInAHeaderCountsIfItIsATrustedProxysHeader() throws Exception {
        try (var behindAProxy = new LimitedGateway("proxied-gateway", "proxied-gateway-1",
                "faultline.limits.address.rate=1",
                "faultline.limits.address.burst=1", "server.forward-headers-strategy=native",
                "server.tomcat.remoteip.internal-proxies=127\\.0\\.0\\.6")) {
            behindAProxy.awaitAnswer("/api/stock/MUG");
            for (int i = 0; i < BURST; i++) {
                assertThat(send(clientAt("127.0.0.6"), behindAProxy.request("/api/stock/MUG", null).header(
                        "X-Forwarded-For", "198.51.100.1, 192.0.2." + i)).statusCode()).isEqualTo(200);
            }
            var spoofed = new ArrayList<HttpResponse<String>>();
            for (int i = 0; i < BURST; i++) {
                spoofed.add(send(clientAt("127.0.0.7"), behindAProxy.request("/api/stock/MUG", null).header(
                        "X-Forwarded-For", "198.51.100.1, 192.0.2." + i)));
            }
            assertThat(withStatus(spoofed, 429)).isNotEmpty();
        }
    }
}
