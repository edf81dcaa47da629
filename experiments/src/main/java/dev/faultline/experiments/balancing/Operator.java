package dev.faultline.experiments.balancing;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

import dev.faultline.backing.FaultlineException;
import dev.faultline.local.TemporaryGateway;
import dev.faultline.verification.client.Credentials;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Registers instances in Consul, and chooses the gateway's policies, with an operator's token. */
final class Operator {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final String BALANCING = "/actuator/balancing";

    private final TemporaryGateway gateway;
    private final Credentials credentials;
    private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    Operator(TemporaryGateway gateway) {
        this.gateway = gateway;
        this.credentials = new Credentials(gateway.url(), gateway.secrets());
    }

    void register(String service, String id, int port, Map<String, String> metadata) {
        consul("register", BodyPublishers.ofString(JsonMapper.shared().writeValueAsString(Map.of("ID", id, "Name",
                service, "Address", "127.0.0.1", "Port", port, "Meta", metadata))));
    }

    void deregister(String id) {
        consul("deregister/" + id, BodyPublishers.noBody());
    }

    private void consul(String action, BodyPublisher body) {
        send(HttpRequest.newBuilder(gateway.consulUrl().resolve("/v1/agent/service/" + action)).PUT(body));
    }

    List<String> policies() {
        return state().get("policies").valueStream().map(JsonNode::asString).toList();
    }

    void choose(String route, String policy) {
        send(management(BALANCING + "/" + route).header("Content-Type", "application/json").POST(BodyPublishers
                .ofString("{\"policy\": \"" + policy + "\"}")));
    }

    /** The instances that the gateway knows of a service, and whether each gets its whole share. */
    Map<String, Boolean> known(String service) {
        return state().get("instances").valueStream().filter(instance -> instance.get("service").asString().equals(
                service)).collect(Collectors.toMap(instance -> instance.get("id").asString(), instance -> instance.get(
                        "warmth").asDouble() >= 1));
    }

    /** Whether it knows these and no others, and each gets its whole share. */
    boolean isReady(String service, List<String> ids) {
        Map<String, Boolean> known = known(service);
        return known.keySet().equals(Set.copyOf(ids)) && !known.containsValue(false);
    }

    private JsonNode state() {
        return JsonMapper.shared().readTree(send(management(BALANCING).GET()).body());
    }

    private HttpRequest.Builder management(String path) {
        URI uri = gateway.managementUrl().resolve(path);
        return HttpRequest.newBuilder(uri).header("Authorization", credentials.bearer(Credentials.OPERATOR));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) {
        HttpRequest built = request.timeout(TIMEOUT).build();
        try {
            HttpResponse<String> response = http.send(built, BodyHandlers.ofString());
            if (response.statusCode() != 200) {
                throw new FaultlineException(built.method() + " " + built.uri() + " was answered with " + response
                        .statusCode() + ": " + response.body());
            }
            return response;
        } catch (IOException e) {
            throw new FaultlineException(built.uri() + " does not answer: " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FaultlineException("Interrupted.", e);
        }
    }
}
