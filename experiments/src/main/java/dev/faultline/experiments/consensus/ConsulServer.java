package dev.faultline.experiments.consensus;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

import dev.faultline.backing.ConsulAgent;
import dev.faultline.backing.FaultlineException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What one of several Consul servers says.
 *
 * @param raft its address in Raft's configuration
 */
record ConsulServer(ConsulAgent agent, String raft, HttpClient http) {
    /** Consul itself holds a request for seven seconds while there is no leader. */
    private static final Duration TIMEOUT = Duration.ofSeconds(15);
    private static final int ALIVE = 1;
    private static final int FAILED = 4;

    /** How a read is answered, see <a href="https://developer.hashicorp.com/consul/api-docs/features/consistency">Consul</a>. */
    enum Read {
        /** By the leader, which relies on its lease. */
        DEFAULT("?raw"),
        /** By the leader, after a majority has confirmed that it still is. */
        CONSISTENT("?raw&consistent"),
        /** By any server, from what it has. */
        STALE("?raw&stale");

        private final String query;

        Read(String query) {
            this.query = query;
        }
    }

    record Answer(int status, String body) {
        boolean isOk() {
            return status == 200;
        }
    }

    String name() {
        return agent.name();
    }

    /** @throws FaultlineException if it does not accept the write */
    void write(String key, String value) {
        Answer answer = put(key, value);
        if (!answer.isOk() || !answer.body.strip().equals("true")) {
            throw new FaultlineException("%s: %d, %s".formatted(name(), answer.status, answer.body.strip()));
        }
    }

    Answer put(String key, String value) {
        return send(request("/v1/kv/" + key).PUT(BodyPublishers.ofString(value)));
    }

    Answer read(String key, Read how) {
        return send(request("/v1/kv/" + key + how.query));
    }

    /** Like {@link #read}, without waiting; also while the server is frozen. If it does not answer, the status is 0. */
    CompletableFuture<Answer> reading(String key, Read how) {
        return http.sendAsync(request("/v1/kv/" + key + how.query).build(), BodyHandlers.ofString()).thenApply(
                ConsulServer::answer).exceptionally(failure -> new Answer(0, failure.toString()));
    }

    /** All keys below this one, as the leader has them. */
    List<String> keys(String prefix) {
        return json("/v1/kv/" + prefix + "?keys").valueStream().map(JsonNode::asString).toList();
    }

    /** The Raft address of the leader that it follows, or of itself; empty if there is none. */
    Optional<String> leader() {
        return Optional.of(json("/v1/status/leader").asString("")).filter(address -> !address.isEmpty());
    }

    /** The Raft addresses of those who vote, as far as it knows; asks no leader. */
    List<String> voters() {
        return json("/v1/operator/raft/configuration?stale").get("Servers").valueStream().filter(server -> server.get(
                "Voter").asBoolean()).map(server -> server.get("Address").asString()).toList();
    }

    /** Who is a member, by its gossip: whether each is alive, by name. */
    Map<String, Boolean> members() {
        return json("/v1/agent/members").valueStream().filter(member -> List.of(ALIVE, FAILED).contains(member.get(
                "Status").asInt())).collect(Collectors.toMap(member -> member.get("Name").asString(), member -> member
                        .get("Status").asInt() == ALIVE));
    }

    private JsonNode json(String path) {
        Answer answer = send(request(path));
        if (!answer.isOk()) {
            throw new FaultlineException("%s answered %s with %d: %s".formatted(name(), path, answer.status, answer.body
                    .strip()));
        }
        return JsonMapper.shared().readTree(answer.body);
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + agent.port() + path)).timeout(TIMEOUT);
    }

    private Answer send(HttpRequest.Builder request) {
        try {
            return answer(http.send(request.build(), BodyHandlers.ofString()));
        } catch (IOException e) {
            throw new FaultlineException(name() + " does not answer: " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FaultlineException("Interrupted.", e);
        }
    }

    private static Answer answer(HttpResponse<String> response) {
        return new Answer(response.statusCode(), response.body());
    }
}
