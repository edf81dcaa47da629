package dev.faultline.experiments.overload;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;

import dev.faultline.backing.FaultlineException;
import dev.faultline.backing.Polling;
import dev.faultline.local.TemporaryGateway;
import tools.jackson.databind.json.JsonMapper;

/** Makes a temporary gateway find servers that are not the platform's. */
final class FoundServers {
    private static final Duration READY = Duration.ofSeconds(60);

    private FoundServers() {}

    /**
     * Registers the servers in Consul, without a health check: the gateway has only what it sees itself. Returns when it
     * finds them.
     *
     * @param client asks one of them through the gateway
     */
    static void register(TemporaryGateway gateway, String service, LimitedServers servers, RetryingClient client) {
        for (int i = 0; i < servers.ports().size(); i++) {
            register(gateway, service, service + "-" + (i + 1), servers.ports().get(i));
        }
        if (!Polling.until(READY, () -> isAnswered(client))) {
            throw new FaultlineException("The gateway does not find the servers that are registered in Consul.");
        }
    }

    private static boolean isAnswered(RetryingClient client) {
        try {
            client.send(0);
            return true;
        } catch (FaultlineException e) {
            return false;
        }
    }

    private static void register(TemporaryGateway gateway, String service, String id, int port) {
        String body = JsonMapper.shared().writeValueAsString(Map.of("ID", id, "Name", service, "Address", "127.0.0.1",
                "Port", port));
        try (var http = HttpClient.newHttpClient()) {
            int status = http.send(HttpRequest.newBuilder(gateway.consulUrl().resolve("/v1/agent/service/register"))
                    .PUT(BodyPublishers.ofString(body)).build(), BodyHandlers.discarding()).statusCode();
            if (status != 200) {
                throw new FaultlineException("Consul refused to register " + id + " with " + status + ".");
            }
        } catch (IOException e) {
            throw new FaultlineException("Consul does not answer: " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FaultlineException("Interrupted.", e);
        }
    }
}
