package dev.faultline.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.List;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManagerFactory;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.micrometer.tracing.Tracer;
import io.micrometer.tracing.propagation.Propagator;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.support.StaticListableBeanFactory;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.util.unit.DataSize;
import org.springframework.web.servlet.function.ServerRequest;
import org.springframework.web.servlet.function.ServerResponse;

/** Against a server whose certificate is believed, and names inventory-service. */
class PooledExchangeTest {
    private static final char[] PASSWORD = "changeit".toCharArray();
    private static final Duration SECONDS = Duration.ofSeconds(5);

    private static SSLContext usual;
    private static HttpsServer server;
    private static CloseableHttpClient client;
    private static PooledExchange exchange;

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        usual = SSLContext.getDefault();
        SSLContext context = context(keyStore(directory.resolve("node.p12")));
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context));
        server.createContext("/", request -> {
            request.sendResponseHeaders(200, -1);
            request.close();
        });
        server.start();
        SSLContext.setDefault(context);
        var limits = new GatewayLimits(DataSize.ofMegabytes(1), SECONDS, SECONDS, SECONDS, 1, SECONDS, SECONDS);
        client = HttpClients.createMinimal(new Connections().connectionPool(limits));
        var beans = new StaticListableBeanFactory();
        exchange = new PooledExchange(client, limits, beans.getBeanProvider(Tracer.class), beans.getBeanProvider(
                Propagator.class), "node.pem");
    }

    private static KeyStore keyStore(Path file) throws Exception {
        Process keytool = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair", "-alias", "node", "-keyalg", "EC", "-dname", "CN=inventory-service", "-ext",
                "san=dns:inventory-service.faultline.internal", "-keystore", file.toString(), "-storepass",
                new String(PASSWORD)).inheritIO().start();
        assertThat(keytool.waitFor()).isZero();
        var store = KeyStore.getInstance("PKCS12");
        try (var in = Files.newInputStream(file)) {
            store.load(in, PASSWORD);
        }
        return store;
    }

    private static SSLContext context(KeyStore own) throws Exception {
        var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(own, PASSWORD);
        var trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        trusted.setCertificateEntry("node", own.getCertificate("node"));
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        var context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }

    @AfterAll
    static void stop() throws Exception {
        SSLContext.setDefault(usual);
        client.close();
        server.stop(0);
    }

    @Test
    void believesAnInstanceWhoseCertificateNamesTheService() {
        assertThat(send("inventory-service", "https").statusCode().value()).isEqualTo(200);
    }

    /** Anybody with a service's token for Consul can register an instance like that. */
    @Test
    void speaksTlsAlsoToAnInstanceThatIsRegisteredWithoutIt() {
        assertThat(send("inventory-service", "http").statusCode().value()).isEqualTo(200);
    }

    @Test
    void believesNoOtherNodeOfThePlatform() {
        assertThatThrownBy(() -> send("order-service", "https")).isInstanceOf(UncheckedIOException.class).cause()
                .isInstanceOf(
                        SSLException.class).hasMessageContaining("order-service.faultline.internal");
    }

    private static ServerResponse send(String service, String scheme) {
        var request = new MockHttpServletRequest("GET", "/api/stock/MUG");
        request.setAttribute(CorrelationFilter.HEADER, "test");
        PooledExchange toService = exchange.to(service);
        return toService.exchange(toService.request(ServerRequest.create(request, List.of())).uri(URI.create(
                scheme + "://127.0.0.1:" + server.getAddress().getPort())).build());
    }
}
