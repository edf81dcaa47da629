package dev.faultline.acl;

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
 * A policy in Consul for everyone who has something to do there, and a token that has it: for each service, by
 * {@link ServiceRights}, for an agent that is not a server, and for Patroni.
 *
 * @see <a href="https://developer.hashicorp.com/consul/docs/reference/acl/rule">Consul: rules</a>
 */
public final class ConsulPolicies {
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private final URI server;
    private final List<String> nodes;
    private final String managementToken;
    private final HttpClient http;

    /**
     * @param server any of the servers
     * @param nodes  all agents, with which instances register, and on which sessions live
     * @param http   by which certificates the server is believed; remains the caller's
     */
    public ConsulPolicies(URI server, List<String> nodes, String managementToken, HttpClient http) {
        this.server = server;
        this.nodes = List.copyOf(nodes);
        this.managementToken = managementToken;
        this.http = http;
    }

    /** Creates or updates a service's policy and token, which is a UUID. Idempotent; throws {@link FaultlineException}. */
    public void apply(ServiceRights service, String token) {
        apply(service.application(), rules(service), token);
    }

    /** The same for the agent of a node that is no server: it registers its node, and compares what it knows of services. */
    public void applyToAgent(String node, String token) {
        apply(node, "node \"" + node + "\" { policy = \"write\" }\nservice_prefix \"\" { policy = \"read\" }\n", token);
    }

    /** The same for Patroni, whose state has a prefix of its own. It asks the agent for the shortest life of a session. */
    public void applyToPatroni(String token) {
        apply("patroni", "key_prefix \"service/\" { policy = \"write\" }\nagent_prefix \"\" { policy = \"read\" }\n"
                + sessions(), token);
    }

    private void apply(String name, String rules, String token) {
        try {
            var policy = Map.of("Name", name, "Rules", rules);
            String id = idOf(name, send("GET", "policies", Map.of()), "Name", "ID");
            send("PUT", id.isEmpty() ? "policy" : "policy/" + id, policy);
            var accessor = UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)).toString();
            boolean exists = !idOf(accessor, send("GET", "tokens", Map.of()), "AccessorID", "AccessorID")
                    .isEmpty();
            send("PUT", exists ? "token/" + accessor : "token", Map.of("AccessorID", accessor, "SecretID", token,
                    "Description", name, "Policies", List.of(Map.of("Name", name))));
        } catch (IOException e) {
            throw new FaultlineException("Consul did not accept the policy of " + name + ": " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FaultlineException("Interrupted", e);
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
            rules.append("key_prefix \"" + service.key() + "\" { policy = \"write\" }\n").append(sessions());
        }
        return rules.toString();
    }

    private String sessions() {
        var rules = new StringBuilder();
        nodes.forEach(node -> rules.append("session \"" + node + "\" { policy = \"write\" }\n"));
        return rules.toString();
    }

    private static String idOf(String wanted, JsonNode all, String name, String id) {
        return all.valueStream().filter(each -> each.path(name).asString("").equals(wanted)).map(each -> each.path(id)
                .asString("")).findFirst().orElse("");
    }

    private JsonNode send(String method, String path, Map<String, ?> body) throws IOException,
            InterruptedException {
        var json = JsonMapper.shared();
        var request = HttpRequest.newBuilder(server.resolve("/v1/acl/" + path)).timeout(TIMEOUT).header(
                "X-Consul-Token", managementToken).method(method, body.isEmpty() ? BodyPublishers.noBody()
                        : BodyPublishers.ofString(json.writeValueAsString(body)));
        var response = http.send(request.build(), BodyHandlers.ofString());
        if (response.statusCode() != 200) {
            throw new IOException(method + " " + path + " is answered with " + response.statusCode() + ", " + response
                    .body());
        }
        return json.readTree(response.body());
    }
}
