package dev.faultline.experiments.lab;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

import dev.faultline.backing.FaultlineException;
import dev.faultline.backing.Polling;
import dev.faultline.verification.Target;
import tools.jackson.databind.json.JsonMapper;

/** What the platform's nodes say of themselves, and Consul of them. */
public final class Nodes implements AutoCloseable {
    private static final Duration READY = Duration.ofSeconds(90);
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private final Target platform;
    private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(TIMEOUT)
            .build();

    public Nodes(Target platform) {
        this.platform = platform;
    }

    /** @throws FaultlineException if a node is not ready after ninety seconds */
    public void awaitReady(String... nodes) {
        Stream.of(nodes).forEach(node -> await(node, true));
    }

    /** @throws FaultlineException if it still is after ninety seconds */
    public void awaitStopped(String node) {
        await(node, false);
    }

    private void await(String node, boolean ready) {
        if (!Polling.until(READY, () -> platform.nodes().stream().anyMatch(each -> each.name().equals(node) && each
                .ready() == ready))) {
            throw new FaultlineException(node + (ready ? " is not ready" : " does not stop") + " after " + READY
                    .toSeconds() + " s. See ./faultline status.");
        }
    }

    /**
     * A metric's value, the sum of those with these labels.
     *
     * @param labels as in the exposition format, for example {@code name="acquirer"}
     * @return 0 if the node has none
     * @throws FaultlineException if it does not answer
     */
    public double metric(String node, String name, String... labels) {
        return send(HttpRequest.newBuilder(platform.managementUrl(node).resolve("/actuator/prometheus"))).lines()
                .filter(line -> line.startsWith(
                        name + "{") && List.of(labels).stream().allMatch(line::contains)).mapToDouble(line -> Double
                                .parseDouble(
                                        line.substring(line.lastIndexOf(' ')))).sum();
    }

    /** The instances of a service that Consul considers healthy, by their node's name. */
    public List<String> healthy(String service) {
        return JsonMapper.shared().readTree(consul("/v1/health/service/" + service + "?passing",
                HttpRequest.Builder::GET))
                .valueStream().map(entry -> entry.path("Service").path("ID").asString("")).toList();
    }

    /** Registers an instance at Consul that has to report at least so often, and reports once, now. */
    public void registerHeartbeat(String service, Duration ttl) {
        String body = """
                {"ID": "%s", "Name": "%s", "Check": {"TTL": "%ds", "Status": "passing"}}""".formatted(service, service,
                ttl.toSeconds());
        consul("/v1/agent/service/register", request -> request.PUT(BodyPublishers.ofString(body)));
    }

    /** Undoes {@link #registerHeartbeat}; has no effect if there is none. */
    public void deregister(String service) {
        if (JsonMapper.shared().readTree(consul("/v1/agent/services", HttpRequest.Builder::GET)).has(service)) {
            consul("/v1/agent/service/deregister/" + service, request -> request.PUT(BodyPublishers.noBody()));
        }
    }

    private String consul(String path, UnaryOperator<HttpRequest.Builder> method) {
        HttpRequest.Builder request = method.apply(HttpRequest.newBuilder(platform.consulUrl().resolve(path)));
        String token = platform.consulToken();
        return send(token.isEmpty() ? request : request.header("X-Consul-Token", token));
    }

    private String send(HttpRequest.Builder request) {
        HttpRequest built = request.timeout(TIMEOUT).build();
        try {
            var response = http.send(built, BodyHandlers.ofString());
            if (response.statusCode() != 200) {
                throw new FaultlineException(built.uri() + " was answered with " + response.statusCode() + ": "
                        + response
                                .body());
            }
            return response.body();
        } catch (IOException e) {
            throw new FaultlineException(built.uri() + " does not answer: " + e + ". See ./faultline status.", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FaultlineException("Interrupted.", e);
        }
    }

    @Override
    public void close() {
        http.close();
    }
}
