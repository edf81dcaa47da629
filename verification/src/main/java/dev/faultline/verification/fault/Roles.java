package dev.faultline.verification.fault;

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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import dev.faultline.verification.Target;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** Resolves a role to the node that has it now. Roles move when nodes fail, so a fault in their holder tests a failover. */
public final class Roles implements AutoCloseable {
    private static final String RELAY = " relay";
    private static final String LEADER = "order-service leader";
    private static final String MOVER = " mover";
    private static final String PRIMARY = " primary";
    static final String STANDBY = " standby";
    private static final List<String> SERVICES = List.of("order-service", "inventory-service", "payment-service");
    /** The first of the two servers of a shard that has a standby. */
    private static final Pattern FIRST_SERVER = Pattern.compile("(shard-\\d+)-a");
    private static final Duration TIMEOUT = Duration.ofSeconds(2);

    private final Target target;
    private final HttpClient http;

    public Roles(Target target) {
        this.target = target;
        HttpClient.Builder builder = HttpClient.newBuilder().connectTimeout(TIMEOUT);
        target.credentials().tls().ifPresent(builder::sslContext);
        this.http = builder.build();
    }

    /**
     * Each service with databases has a relay, and a mover, which moves its buckets between shards when it has to;
     * order-service has the leader of the sweep. A shard with two servers has a primary and a standby.
     *
     * @param nodes of the target
     */
    public static List<String> among(List<String> nodes) {
        Stream<String> services = Stream.of(RELAY, MOVER).flatMap(role -> SERVICES.stream().map(each -> each + role));
        Stream<String> servers = nodes.stream().map(FIRST_SERVER::matcher).filter(Matcher::matches)
                .flatMap(shard -> Stream.of(PRIMARY, STANDBY).map(role -> shard.group(1) + role));
        return Stream.of(services, Stream.of(LEADER), servers).flatMap(roles -> roles).toList();
    }

    /** Returns the node that has the role, or the group's first one if none has it; returns a node's name unchanged. */
    public String nodeOf(String nodeOrRole) {
        if (!nodeOrRole.contains(" ")) {
            return nodeOrRole;
        }
        String group = nodeOrRole.substring(0, nodeOrRole.indexOf(' '));
        if (nodeOrRole.endsWith(PRIMARY)) {
            return target.primaryOf(group).orElse(group + "-a");
        }
        if (nodeOrRole.endsWith(STANDBY)) {
            return target.standbyOf(group).orElse(group + "-b");
        }
        return holder(group, nodeOrRole).orElse(group + "-1");
    }

    private Stream<Target.Node> instances(String service) {
        return target.nodes().stream().filter(node -> node.name().startsWith(service + "-"));
    }

    private Optional<String> holder(String service, String role) {
        if (role.equals(LEADER)) {
            return leader(service, "checkout-sweep");
        }
        return role.endsWith(MOVER) ? leader(service, "bucket-mover") : relay(service);
    }

    /** The active relay of a service, by its metrics. */
    private Optional<String> relay(String service) {
        return instances(service).map(Target.Node::name).filter(node -> get(HttpRequest.newBuilder(URI.create(target
                .managementUrl(
                        node) + "/actuator/prometheus"))).lines()
                .anyMatch(line -> line.startsWith("faultline_outbox_active{") && line.endsWith(" 1.0"))).findFirst();
    }

    /** The holder of a lock, whose value is the holder's name. */
    private Optional<String> leader(String service, String lock) {
        try {
            var json = JsonMapper.shared().readTree(get(HttpRequest.newBuilder(target.consulUrl().resolve(
                    "/v1/kv/?recurse")).header("X-Consul-Token", target.consulToken())));
            List<String> holders = json.valueStream().filter(entry -> entry.path("Key").asString("").endsWith(
                    "/" + lock + "/leader")
                    && entry.hasNonNull("Session")).map(entry -> new String(Base64.getDecoder().decode(entry.path(
                            "Value").asString("")), StandardCharsets.UTF_8)).toList();
            return instances(service).filter(node -> holders.stream().anyMatch(holder -> holder.contains(node
                    .instance()))).map(Target.Node::name).findFirst();
        } catch (JacksonException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private String get(HttpRequest.Builder request) {
        try {
            return http.send(request.timeout(TIMEOUT).build(),
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
