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
 * A client for the parts of Consul's API that Spring Cloud's client lacks: compare-and-set on keys, sessions and locks,
 * and blocking queries. Requires Consul 1.7 or newer.
 *
 * <p>
 * Thread-safe; calls block for at most five seconds, plus the wait of a blocking query. Unlike Spring Cloud's client,
 * it never reports a failure as an empty result: it throws {@link UncheckedIOException} if the agent is unreachable or
 * has no leader.
 *
 * @see <a href="https://developer.hashicorp.com/consul/api-docs/features/blocking">Consul: blocking queries</a>
 */
public final class Consul {
    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    /** OK; no such key or session; transaction rolled back. */
    private static final Set<Integer> EXPECTED_STATUSES = Set.of(200, 404, 409);

    private final URI agent;
    private final String token;
    private final HttpClient http;
    private final JsonMapper json = JsonMapper.shared();

    /** Plain HTTP, without a token. */
    public Consul(String host, int port) {
        this(URI.create("http://" + host + ":" + port), "");
    }

    /**
     * @param agent of whom nothing but scheme, host and port is used; {@code https} with the JVM's default TLS context
     * @param token of whom the agent permits something; empty for none
     */
    public Consul(URI agent, String token) {
        this.token = token;
        this.agent = agent;
        this.http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(Duration.ofSeconds(2))
                .build();
    }

    /** A value and the index from which to watch for the next change. */
    public record WatchResult<T>(T value, long index) {}

    /**
     * A key's value.
     *
     * @param modifyIndex the index to pass to a compare-and-set
     * @param session the session that holds the key's lock, if any
     */
    public record Entry(String value, long modifyIndex, Optional<String> session) {}

    /** One operation of a {@link #transact transaction}. */
    sealed interface Operation {
        String key();

        /** Acquires the key's lock and sets the value; fails if another session holds the lock. */
        record Lock(String key, String session, String value) implements Operation {}

        /** Fails unless this session holds the key's lock. */
        record CheckLock(String key, String session) implements Operation {}

        /** Fails if the key has changed since {@code modifyIndex}; 0 means that the key must not exist. */
        record CompareAndSet(String key, String value, long modifyIndex) implements Operation {}
    }

    /** The current entry, if the key exists. */
    public Optional<Entry> get(String key) {
        return watch(key, 0, Duration.ZERO).value();
    }

    /**
     * Blocks until the entry has changed since {@code index}, or until {@code wait} has passed; returns the entry. Consul
     * may return earlier, for instance when another key was deleted.
     *
     * @see <a href="https://developer.hashicorp.com/consul/api-docs/features/blocking">Consul: blocking queries</a>
     */
    public WatchResult<Optional<Entry>> watch(String key, long index, Duration wait) {
        var response = send(request("/v1/kv/" + key + blocking('?', index, wait), wait).GET());
        if (response.statusCode() == 404) {
            return new WatchResult<>(Optional.empty(), indexOf(response));
        }
        JsonNode entry = body(response).get(0);
        var value = new String(Base64.getDecoder().decode(entry.get("Value").asString("")), StandardCharsets.UTF_8);
        var session = Optional.of(entry.path("Session").asString("")).filter(id -> !id.isEmpty());
        return new WatchResult<>(Optional.of(new Entry(value, entry.get("ModifyIndex").asLong(), session)),
                indexOf(response));
    }

    /**
     * Sets the key if it has not changed since {@code modifyIndex}; 0 means that the key must not exist.
     *
     * @return whether it was set
     */
    public boolean compareAndSet(String key, String value, long modifyIndex) {
        var response = send(request("/v1/kv/" + key + "?cas=" + modifyIndex, Duration.ZERO)
                .PUT(HttpRequest.BodyPublishers.ofString(value)));
        return body(response).asBoolean();
    }

    /**
     * Applies all operations atomically, at one index of Consul's log, or none if one fails.
     *
     * @return whether they were applied
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
     * Creates a session that Consul invalidates, releasing its locks, between one and about two TTLs after the last
     * renewal. It has no health checks and no lock delay.
     *
     * @param ttl from 10 seconds to 24 hours, as Consul requires
     * @see <a href="https://developer.hashicorp.com/consul/docs/dynamic-app-config/sessions">Consul: sessions</a>
     */
    String createSession(String name, Duration ttl) {
        var body = json.writeValueAsString(Map.of("Name", name, "TTL", ttl.toSeconds() + "s", "Behavior", "release",
                "LockDelay", "0s", "NodeChecks", List.of()));
        var response = send(request("/v1/session/create", Duration.ZERO)
                .PUT(HttpRequest.BodyPublishers.ofString(body)));
        return body(response).get("ID").asString();
    }

    /** Returns false if the session no longer exists. */
    boolean renewSession(String id) {
        return send(request("/v1/session/renew/" + id, Duration.ZERO).PUT(HttpRequest.BodyPublishers.noBody()))
                .statusCode() == 200;
    }

    /** Destroys the session, if it exists, and releases its locks. */
    void destroySession(String id) {
        send(request("/v1/session/destroy/" + id, Duration.ZERO).PUT(HttpRequest.BodyPublishers.noBody()));
    }

    /**
     * Blocks until the service's healthy instances have changed since {@code index}, or until {@code wait} has passed;
     * returns the instances.
     */
    public WatchResult<List<ServiceInstance>> watchPassing(String service, long index, Duration wait) {
        var path = "/v1/health/service/" + URLEncoder.encode(service, StandardCharsets.UTF_8) + "?passing=true";
        var response = send(request(path + blocking('&', index, wait), wait).GET());
        List<ServiceInstance> instances = body(response).valueStream().map(Consul::instance).toList();
        return new WatchResult<>(instances, indexOf(response));
    }

    private static ServiceInstance instance(JsonNode entry) {
        JsonNode service = entry.get("Service");
        String address = service.path("Address").asString("");
        var host = address.isEmpty() ? entry.get("Node").get("Address").asString() : address;
        // As Spring Cloud Consul registers it.
        boolean secure = Boolean.parseBoolean(service.path("Meta").path("secure").asString(""));
        var instance = new DefaultServiceInstance(service.get("ID").asString(), service.get("Service").asString(), host,
                service.get("Port").asInt(), secure);
        Map<String, String> metadata = instance.getMetadata();
        service.path("Meta").properties().forEach(e -> metadata.put(e.getKey(), e.getValue().asString("")));
        return instance;
    }

    private static String blocking(char separator, long index, Duration wait) {
        return wait.isZero() ? "" : separator + "index=" + index + "&wait=" + wait.toMillis() + "ms";
    }

    /** Consul adds jitter of up to a sixteenth of the wait. */
    private HttpRequest.Builder request(String path, Duration wait) {
        var request = HttpRequest.newBuilder(agent.resolve(path)).timeout(TIMEOUT.plus(wait).plus(wait.dividedBy(16)));
        return token.isEmpty() ? request : request.header("X-Consul-Token", token);
    }

    private HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            var response = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
            if (!EXPECTED_STATUSES.contains(response.statusCode())) {
                throw new IOException(
                        "Consul at " + agent + " responded " + response.statusCode() + ": " + response.body());
            }
            return response;
        } catch (IOException e) {
            throw new UncheckedIOException("Consul at " + agent + " is unavailable: " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UncheckedIOException(new IOException("interrupted while waiting for Consul", e));
        }
    }

    private JsonNode body(HttpResponse<String> response) {
        return json.readTree(response.body());
    }

    /** The index may go backwards after a restore of Consul's state; watchers then restart from 0. */
    private static long indexOf(HttpResponse<?> response) {
        @Nullable
        String index = response.headers().firstValue("X-Consul-Index").orElse(null);
        return index == null ? 0 : Math.max(0, Long.parseLong(index));
    }
}
