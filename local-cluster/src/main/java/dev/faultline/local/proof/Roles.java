package dev.faultline.local.proof;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

import dev.faultline.local.LocalCluster;
import dev.faultline.local.Node;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** Which node has a role at this moment: roles move when nodes fail, and who has one is the best to hit. */
final class Roles implements AutoCloseable {
    private static final String RELAY = " relay";
    private static final String LEADER = "order-service leader";
    private static final Duration TIMEOUT = Duration.ofSeconds(2);

    private final LocalCluster cluster;
    private final HttpClient http = HttpClient.newBuilder().connectTimeout(TIMEOUT).build();

    Roles(LocalCluster cluster) {
        this.cluster = cluster;
    }

    static List<String> all() {
        return List.of("order-service" + RELAY, "inventory-service" + RELAY, "payment-service" + RELAY, LEADER);
    }

    /** The node that has the role, or the service's first instance where none can be found; a node is itself. */
    String nodeOf(String target) {
        if (!all().contains(target)) {
            return target;
        }
        String service = target.substring(0, target.indexOf(' '));
        return (target.equals(LEADER) ? leader(service) : relay(service)).orElse(service + "-1");
    }

    private Stream<String> instances(String service) {
        return cluster.nodes().stream().map(Node::name).filter(name -> name.startsWith(service + "-"));
    }

    /** Who reads the write-ahead log says so among its metrics. */
    private Optional<String> relay(String service) {
        return instances(service).filter(node -> get(cluster.managementUrl(node) + "/actuator/prometheus").lines()
                .anyMatch(line -> line.startsWith("faultline_outbox_active{") && line.endsWith(" 1.0"))).findFirst();
    }

    /** Who holds the session of a key {@code .../leader} names itself in the value. */
    private Optional<String> leader(String service) {
        try {
            var json = JsonMapper.shared().readTree(get(cluster.consulUrl() + "/v1/kv/?recurse"));
            List<String> holders = json.valueStream().filter(entry -> entry.path("Key").asString("").endsWith("/leader")
                    && entry.hasNonNull("Session")).map(entry -> new String(Base64.getDecoder().decode(entry.path(
                            "Value").asString("")), StandardCharsets.UTF_8)).toList();
            return instances(service).filter(node -> holders.stream().anyMatch(holder -> holder.contains(node)))
                    .findFirst();
        } catch (JacksonException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private String get(String url) {
        try {
            return http.send(HttpRequest.newBuilder(URI.create(url)).timeout(TIMEOUT).build(),
                    HttpResponse.BodyHandlers.ofString()).body();
        } catch (IOException e) {
            return "";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "";
        }
    }

    @Override
    public void close() {
        http.close();
    }
}
