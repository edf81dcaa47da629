package dev.faultline.gateway;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.faultline.testing.Consul;
import tools.jackson.databind.json.JsonMapper;

/** A service instance: an HTTP server, registered in Consul without a health check, so Consul never notices a crash. */
final class Backend implements AutoCloseable {
    /** More connections than any test opens at once: on a busy machine the system resets what the backlog does not hold. */
    private static final int BACKLOG = 2_000;

    private static final AtomicInteger ids = new AtomicInteger();
    private static final HttpClient http = HttpClient.newHttpClient();

    private final String id;
    private final HttpServer server;
    private final List<Received> received = new CopyOnWriteArrayList<>();
    private volatile Behaviour behaviour;

    /** A received request. */
    record Received(String method, String path, Headers headers, String body) {}

    /** How the backend responds to a request. */
    interface Behaviour {
        void answer(HttpExchange exchange) throws IOException;
    }

    Backend(String service, Behaviour behaviour) {
        this(service, behaviour, Map.of());
    }

    /** @param metadata in Consul */
    Backend(String service, Behaviour behaviour, Map<String, String> metadata) {
        this.id = service + "-" + ids.incrementAndGet();
        this.behaviour = behaviour;
        try {
            this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), BACKLOG);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", exchange -> {
            try (exchange) {
                var body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
                received.add(new Received(exchange.getRequestMethod(), exchange.getRequestURI().toString(),
                        exchange.getRequestHeaders(), body));
                this.behaviour.answer(exchange);
            }
        });
        server.start();
        register(id, service, server.getAddress().getPort(), metadata);
    }

    static void register(String id, String service, int port) {
        register(id, service, port, Map.of());
    }

    private static void register(String id, String service, int port, Map<String, String> metadata) {
        consul("/v1/agent/service/register", JsonMapper.shared().writeValueAsString(Map.of("ID", id, "Name", service,
                "Address", "127.0.0.1", "Port", port, "Meta", metadata)));
    }

    static void deregister(String id) {
        consul("/v1/agent/service/deregister/" + id, "");
    }

    static Behaviour status(int status, String body) {
        return exchange -> {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
        };
    }

    String id() {
        return id;
    }

    List<Received> received() {
        return received;
    }

    void behave(Behaviour other) {
        behaviour = other;
    }

    /** Stops without deregistering. */
    void kill() {
        server.stop(0);
    }

    @Override
    public void close() {
        deregister(id);
        server.stop(0);
    }

    private static void consul(String path, String body) {
        try {
            var response = http.send(HttpRequest.newBuilder(Consul.shared().uri().resolve(path))
                    .PUT(BodyPublishers.ofString(body)).build(), BodyHandlers.ofString());
            if (response.statusCode() != 200) {
                throw new IllegalStateException(response.body());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
