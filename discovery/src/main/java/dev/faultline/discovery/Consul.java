package dev.faultline.discovery;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.springframework.cloud.client.DefaultServiceInstance;
import org.springframework.cloud.client.ServiceInstance;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The calls to a Consul agent that Spring Cloud's client does not have: compare-and-set on keys, sessions and their
 * locks, and blocking queries that return when what they ask for has changed. Every one is known to Consul 1.7 and newer.
 *
 * <p>
 * Thread-safe. A call ends within five seconds, or five seconds after the wait it was given. Unlike Spring Cloud's
 * client it never turns trouble into an empty answer: an agent that cannot be reached, or that has no leader, is an
 * {@link UncheckedIOException}.
 *
 * @see <a href="https://developer.hashicorp.com/consul/api-docs/features/blocking">Consul: blocking queries</a>
 */
public final class Consul {
    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    /** Done; there is no such key or session; a transaction was refused. */
    private static final Set<Integer> ANSWERS = Set.of(200, 404, 409);

    private final URI agent;
    private final HttpClient http;
    private final JsonMapper json = JsonMapper.shared();

    public Consul(String host, int port) {
        this.agent = URI.create("http://" + host + ":" + port);
        this.http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(Duration.ofSeconds(2))
                .build();
    }

    /** An answer and the index to watch from for the next one. */
    public record Watched<T>(T value, long index) {}

    /**
     * A key's value, and the index that a compare-and-set must name to replace it.
     *
     * @param session that has the key locked, if one has
     */
    public record Entry(String value, long modifyIndex, Optional<String> session) {}

    /** One operation of a {@link #transact transaction}. */
    sealed interface Operation {
        String key();

        /** Locks the key and sets it; refused if another session has it locked. */
        record Lock(String key, String session, String value) implements Operation {}

        /** Refused unless this session has the key locked. */
        record CheckLock(String key, String session) implements Operation {}

        /** Refused if the key has changed since {@code modifyIndex}; 0 stands for a key that does not exist. */
        record CompareAndSet(String key, String value, long modifyIndex) implements Operation {}
    }

    /** The entry as it is now, if there is one. */
    public Optional<Entry> get(String key) {
        return watch(key, 0, Duration.ZERO).value();
    }

    /** The entry once it differs from what it was at {@code index}, or as it is after {@code wait}. */
    public Watched<Optional<Entry>> watch(String key, long index, Duration wait) {
        var response = send(request("/v1/kv/" + key + blocking('?', index, wait), wait).GET());
        if (response.statusCode() == 404) {
            return new Watched<>(Optional.empty(), indexOf(response));
        }
        JsonNode entry = body(response).get(0);
        var value = new String(Base64.getDecoder().decode(entry.get("Value").asString("")), StandardCharsets.UTF_8);
        var session = Optional.of(entry.path("Session").asString("")).filter(id -> !id.isEmpty());
        return new Watched<>(Optional.of(new Entry(value, entry.get("ModifyIndex").asLong(), session)),
                indexOf(response));
    }

    /**
     * Sets the key if it has not changed since {@code modifyIndex}; 0 stands for a key that does not exist.
     *
     * @return whether it was set
     */
    public boolean compareAndSet(String key, String value, long modifyIndex) {
        var response = send(request("/v1/kv/" + key + "?cas=" + modifyIndex, Duration.ZERO)
                .PUT(HttpRequest.BodyPublishers.ofString(value)));
        return body(response).asBoolean();
    }

    /**
     * Carries out all of the operations, at one index of Consul's log, or none if one of them is refused.
     *
     * @return whether they were carried out
     */
    boolean transact(Operation... operations) {
        var body = json.writeValueAsString(Stream.of(operations).map(o -> Map.of("KV", verb(o))).toList());
        var response = send(request("/v1/txn", Duration.ZERO).PUT(HttpRequest.BodyPublishers.ofString(body)));
        return response.statusCode() == 200;
    }

    private static Map<String, Object> verb(Operation operation) {
        return switch (operation) {
            case Operation.Lock(var key, var session, var value) ->
                Map.of("Verb", "lock", "Key", key, "Session", session, "Value", base64(value));
            case Operation.CheckLock(var key, var session) ->
                Map.of("Verb", "check-session", "Key", key, "Session", session);
            case Operation.CompareAndSet(var key, var value, var index) ->
                Map.of("Verb", "cas", "Key", key, "Value", base64(value), "Index", index);
        };
    }

    private static String base64(String value) {
        return Base64.getEncoder().encodeToString(value.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Opens a session that Consul ends, and whose locks it releases, some time after it was last renewed: not before
     * {@code ttl}, and not long after twice that. Nothing else ends it, and no lock is delayed by its end.
     *
     * @param ttl from 10 s to a day, as Consul bounds it
     * @see <a href="https://developer.hashicorp.com/consul/docs/dynamic-app-config/sessions">Consul: sessions</a>
     */
    String openSession(String name, Duration ttl) {
        var body = json.writeValueAsString(Map.of("Name", name, "TTL", ttl.toSeconds() + "s", "Behavior", "release",
                "LockDelay", "0s", "NodeChecks", List.of()));
        var response = send(request("/v1/session/create", Duration.ZERO)
                .PUT(HttpRequest.BodyPublishers.ofString(body)));
        return body(response).get("ID").asString();
    }

    /** Whether the session was still there to be renewed. */
    boolean renewSession(String id) {
        return send(request("/v1/session/renew/" + id, Duration.ZERO).PUT(HttpRequest.BodyPublishers.noBody()))
                .statusCode() == 200;
    }

    /** Ends the session, if it is there, and releases its locks. */
    void endSession(String id) {
        send(request("/v1/session/destroy/" + id, Duration.ZERO).PUT(HttpRequest.BodyPublishers.noBody()));
    }

    /** The instances whose checks pass, once that list differs from what it was at {@code index}, or after the wait. */
    public Watched<List<ServiceInstance>> watchPassing(String service, long index, Duration wait) {
        var path = "/v1/health/service/" + URLEncoder.encode(service, StandardCharsets.UTF_8) + "?passing=true";
        var response = send(request(path + blocking('&', index, wait), wait).GET());
        List<ServiceInstance> instances = body(response).valueStream().map(Consul::instance).toList();
        return new Watched<>(instances, indexOf(response));
    }

    private static ServiceInstance instance(JsonNode entry) {
        JsonNode service = entry.get("Service");
        String address = service.path("Address").asString("");
        var host = address.isEmpty() ? entry.get("Node").get("Address").asString() : address;
        var instance = new DefaultServiceInstance(service.get("ID").asString(), service.get("Service").asString(), host,
                service.get("Port").asInt(), false);
        Map<String, String> metadata = instance.getMetadata();
        service.path("Meta").properties().forEach(e -> metadata.put(e.getKey(), e.getValue().asString("")));
        return instance;
    }

    private static String blocking(char separator, long index, Duration wait) {
        return wait.isZero() ? "" : separator + "index=" + index + "&wait=" + wait.toMillis() + "ms";
    }

    /** Consul adds up to a sixteenth of the wait to it, so that watchers do not come back all at once. */
    private HttpRequest.Builder request(String path, Duration wait) {
        return HttpRequest.newBuilder(agent.resolve(path)).timeout(TIMEOUT.plus(wait).plus(wait.dividedBy(16)));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            var response = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
            if (!ANSWERS.contains(response.statusCode())) {
                throw new IOException(
                        "Consul at " + agent + " answered " + response.statusCode() + ": " + response.body());
            }
            return response;
        } catch (IOException e) {
            throw new UncheckedIOException("Consul at " + agent + " cannot be asked: " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UncheckedIOException(new IOException("interrupted while waiting for Consul", e));
        }
    }

    private JsonNode body(HttpResponse<String> response) {
        return json.readTree(response.body());
    }

    /** The index may go back, after Consul's state was restored; then the watch starts anew. */
    private static long indexOf(HttpResponse<?> response) {
        @Nullable
        String index = response.headers().firstValue("X-Consul-Index").orElse(null);
        return index == null ? 0 : Math.max(0, Long.parseLong(index));
    }
}
