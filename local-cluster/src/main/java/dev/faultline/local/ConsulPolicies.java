package dev.faultline.local;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import dev.faultline.backing.FaultlineException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A policy for each service in Consul, by {@link ServiceRights}, and a token that has it.
 *
 * @see <a href="https://developer.hashicorp.com/consul/docs/reference/acl/rule">Consul: rules</a>
 */
final class ConsulPolicies {
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private final URI agent;
    private final List<String> nodes;
    private final String managementToken;

    /**
     * @param agent any of the servers
     * @param nodes all of them, with which instances register, and on which sessions live
     */
    ConsulPolicies(URI agent, List<String> nodes, String managementToken) {
        this.agent = agent;
        this.nodes = List.copyOf(nodes);
        this.managementToken = managementToken;
    }

    /**
     * Creates a service's policy and token, or updates them. Idempotent.
     *
     * @param token a UUID
     * @throws FaultlineException if Consul does not do so
     */
    void apply(ServiceRights service, String token) {
        try (var http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(TIMEOUT).build()) {
            var policy = Map.of("Name", service.application(), "Rules", rules(service));
            String id = idOf(service.application(), send(http, "GET", "policies", Map.of()), "Name", "ID");
            send(http, "PUT", id.isEmpty() ? "policy" : "policy/" + id, policy);
            var accessor = UUID.nameUUIDFromBytes(service.application().getBytes(StandardCharsets.UTF_8))
                    .toString();
            boolean exists = !idOf(accessor, send(http, "GET", "tokens", Map.of()), "AccessorID", "AccessorID")
                    .isEmpty();
            send(http, "PUT", exists ? "token/" + accessor : "token", Map.of("AccessorID", accessor, "SecretID", token,
                    "Description", service.application(), "Policies", List.of(Map.of("Name", service.application()))));
        } catch (IOException e) {
            throw new FaultlineException("Consul did not accept the policy of " + service.application() + ": " + e
                    .getMessage() + ". See ./faultline logs " + nodes.getFirst() + ".", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FaultlineException("Interrupted.", e);
        }
    }

    /** It registers itself; who elects a leader among its instances has sessions, and its own keys. */
    private String rules(ServiceRights service) {
        var rules = new StringBuilder("service \"" + service.application() + "\" { policy = \"write\" }\n");
        service.discovered().forEach(other -> rules.append("service \"" + other + "\" { policy = \"read\" }\n"));
        if (!service.discovered().isEmpty()) {
            nodes.forEach(node -> rules.append("node \"" + node + "\" { policy = \"read\" }\n"));
        }
        if (!service.key().isEmpty()) {
            rules.append("key_prefix \"" + service.key() + "\" { policy = \"write\" }\n");
            nodes.forEach(node -> rules.append("session \"" + node + "\" { policy = \"write\" }\n"));
        }
        return rules.toString();
    }

    private static String idOf(String wanted, JsonNode all, String name, String id) {
        return all.valueStream().filter(each -> each.path(name).asString("").equals(wanted)).map(each -> each.path(id)
                .asString("")).findFirst().orElse("");
    }

    private JsonNode send(HttpClient http, String method, String path, Map<String, ?> body) throws IOException,
            InterruptedException {
        var json = JsonMapper.shared();
        var request = HttpRequest.newBuilder(agent.resolve("/v1/acl/" + path)).timeout(TIMEOUT).header("X-Consul-Token",
                managementToken).method(method, body.isEmpty() ? BodyPublishers.noBody()
                        : BodyPublishers.ofString(json.writeValueAsString(body)));
        var response = http.send(request.build(), BodyHandlers.ofString());
        if (response.statusCode() != 200) {
            throw new IOException(method + " " + path + " is answered with " + response.statusCode() + ", " + response
                    .body());
        }
        return json.readTree(response.body());
    }
}
