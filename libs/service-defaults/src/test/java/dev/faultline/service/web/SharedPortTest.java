package dev.faultline.service.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.PortInUseException;
import org.springframework.boot.web.server.WebServer;

class SharedPortTest {
    /** The chance that one of two servers gets none of them is less than one in 10^18. */
    private static final int CONNECTIONS = 64;

    private final List<WebServer> servers = new ArrayList<>();

    @AfterEach
    void stop() {
        servers.forEach(WebServer::stop);
    }

    private WebServer start(String name, int port, boolean shared) {
        var factory = new TomcatServletWebServerFactory(port);
        factory.setAddress(InetAddress.getLoopbackAddress());
        new ServiceWebAutoConfiguration().httpProtocol(Duration.ofSeconds(5), shared).customize(factory);
        WebServer server = factory.getWebServer(context -> context.addServlet(name, new HttpServlet() {
            @Override
            protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
                response.getWriter().write(name);
            }
        }).addMapping("/"));
        server.start();
        servers.add(server);
        return server;
    }

    /** Each request has a connection of its own. */
    private static Set<String> answers(int port) throws IOException, InterruptedException {
        var answers = new TreeSet<String>();
        for (int i = 0; i < CONNECTIONS; i++) {
            try (var client = HttpClient.newHttpClient()) {
                answers.add(client.send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port)).timeout(Duration
                        .ofSeconds(10)).build(), BodyHandlers.ofString()).body());
            }
        }
        return answers;
    }

    @Test
    void connectionsAreSpreadOverTheServersOfAPortAndThoseThatAreLeftGetAll() throws Exception {
        WebServer one = start("one", 0, true);
        start("two", one.getPort(), true);
        assertThat(answers(servers.getLast().getPort())).containsExactly("one", "two");
        int port = one.getPort();
        one.stop();
        assertThat(answers(port)).containsExactly("two");
    }

    @Test
    void aPortIsNotSharedUnlessEveryoneWantsThat() {
        int port = start("one", 0, true).getPort();
        assertThatThrownBy(() -> start("two", port, false)).isInstanceOf(PortInUseException.class);
        int other = start("three", 0, false).getPort();
        assertThatThrownBy(() -> start("four", other, true)).isInstanceOf(PortInUseException.class);
    }
}
