package dev.faultline.system.api;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

import dev.faultline.system.api.ApiDescription.Operation;
import dev.faultline.system.api.Mutation.Attempt;
import dev.faultline.system.api.Mutation.Expected;
import dev.faultline.system.api.Sample.Callers;

/**
 * Sends generated requests over one connection, and collects what is wrong with the responses. Each response must have the
 * correlation id of its request, unless it is the last one of the connection: so a server is found that takes a part of one
 * request for the next one.
 */
final class Drive implements AutoCloseable {
    private static final int REPETITIONS = 5;
    private static final String CORRELATION = "X-Correlation-Id";

    private final ApiDescription description;
    private final Conformance conformance;
    private final Connection connection;
    private final Map<String, List<String>> known;
    private final Callers callers;
    private final long seed;
    private final AtomicInteger sent = new AtomicInteger();
    private final List<String> findings = new ArrayList<>();
    private final Set<String> succeeded = new HashSet<>();

    Drive(ApiDescription description, URI server, Map<String, List<String>> known, Callers callers, long seed) {
        this.description = description;
        this.conformance = new Conformance(description);
        this.connection = new Connection(server);
        this.known = known;
        this.callers = callers;
        this.seed = seed;
    }

    /** One sentence for each response that is not as described, with its request. */
    List<String> findings() {
        return List.copyOf(findings);
    }

    /** The ids of the operations that answered a valid request with success. */
    Set<String> succeeded() {
        return Set.copyOf(succeeded);
    }

    int sent() {
        return sent.get();
    }

    /** The sample's random numbers depend on the seed, the operation and the name only. */
    Sample sample(Operation operation, String name) {
        return Sample.of(operation, new Values(description, new SplittableRandom(seed * 31 + (operation.id() + name)
                .hashCode()), known), callers);
    }

    /**
     * Sends a request that is valid by the schemas. It may be refused for what no schema can say, such as an order whose
     * products have several currencies, but not as invalid or malformed.
     */
    void valid(Operation operation, String name) {
        Attempt attempt = Mutation.described(name, sample(operation, name).request());
        Response response = send(operation, attempt);
        if (response.status() < 300) {
            succeeded.add(operation.id());
        } else if (response.status() != 404 && response.text().matches(
                "(?s).*problems/(invalid-request|malformed-request|ambiguous-path).*")) {
            report(operation, attempt, response, List.of("it is valid by its schema"));
        }
    }

    /** Sends each change that a mutation makes of a valid request. */
    int mutated(Operation operation, Mutation mutation) {
        List<Attempt> attempts = mutation.changes().apply(sample(operation, mutation.name())).toList();
        attempts.forEach(attempt -> send(operation, new Attempt(mutation + ", " + attempt.detail(), attempt.request(),
                attempt.expected())));
        return attempts.size();
    }

    private Response send(Operation operation, Attempt attempt) {
        String id = "fuzz-" + sent.incrementAndGet();
        Request request = attempt.request().with(CORRELATION, id);
        try {
            Response response = exchange(request);
            var wrong = new ArrayList<>(conformance.findings(operation, attempt.expected(), request.method().equals(
                    "HEAD"), response));
            if (!response.closes() && response.header(CORRELATION).filter(id::equals).isEmpty()) {
                wrong.add("it has not the request's correlation id");
            }
            report(operation, attempt, response, wrong);
            return response;
        } catch (IOException e) {
            connection.close();
            if (attempt.expected() != Expected.NOT_HTTP) {
                findings.add("%s, %s: %s%n%s".formatted(operation, attempt.detail(), e, request));
            }
            return new Response(0, Map.of(), new byte[0]);
        }
    }

    /** Repeats a request while the answer is 429 or 503, after the time that it asks for. */
    private Response exchange(Request request) throws IOException {
        Response response = connection.send(request);
        for (int i = 0; i < REPETITIONS && Set.of(429, 503).contains(response.status()); i++) {
            LockSupport.parkNanos(Duration.ofSeconds(response.header("Retry-After").map(Long::parseLong).orElse(1L))
                    .toNanos());
            response = connection.send(request);
        }
        return response;
    }

    private void report(Operation operation, Attempt attempt, Response response, List<String> wrong) {
        if (!wrong.isEmpty()) {
            findings.add("%s, %s: %s%n%s%n%s".formatted(operation, attempt.detail(), String.join("; ", wrong), attempt
                    .request(), response));
        }
    }

    @Override
    public void close() {
        connection.close();
    }
}
