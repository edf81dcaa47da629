package dev.faultline.payment;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import dev.faultline.backing.FreePorts;
import dev.faultline.backing.Readiness;
import dev.faultline.contracts.OrderId;
import dev.faultline.testing.Consul;
import dev.faultline.testing.TestIssuer;
import org.jspecify.annotations.Nullable;
import org.springframework.util.FileSystemUtils;
import org.springframework.web.client.RestClient;

/** The acquirer-simulator in a separate process, which tests can kill and which ends with this JVM. */
final class AcquirerProcess {
    private static final Duration START = Duration.ofSeconds(60);
    private static final int PAGE = 1000;

    private final Path directory;
    private final List<Integer> ports = FreePorts.take(2);
    private final RestClient http = RestClient.builder().baseUrl("http://127.0.0.1:" + ports.getFirst())
            .defaultRequest(request -> request.header("Authorization", TestIssuer.shared().bearerOfAll())).build();
    private @Nullable Process process;

    /** An entry of the acquirer's journal. */
    record Entry(long sequence, Instant at, String kind, String paymentId, @Nullable Map<String, Object> amount,
            @Nullable String paymentMethod, @Nullable String reason) {}

    private record Page(List<Entry> entries, long last) {}

    AcquirerProcess() {
        try {
            directory = Files.createTempDirectory("faultline-test-acquirer-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            kill();
            FileSystemUtils.deleteRecursively(directory.toFile());
        }));
    }

    String url() {
        return "http://127.0.0.1:" + ports.getFirst();
    }

    /** Starts the process with its existing journal, unless it is running, and waits until it is ready. */
    synchronized void start() {
        if (process != null && process.isAlive()) {
            return;
        }
        String jar = System.getProperty("faultline.acquirer-simulator.jar", "");
        if (!jar.endsWith(".jar")) {
            throw new IllegalStateException("acquirer-simulator must be packaged first: run mvn verify, not test");
        }
        var builder = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx96m",
                "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-jar", jar).redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(directory.resolve("log").toFile()));
        builder.environment().putAll(Map.of("SERVER_PORT", ports.getFirst().toString(), "MANAGEMENT_SERVER_PORT",
                ports.getLast().toString(), "FAULTLINE_SECURITY_ISSUER", TestIssuer.shared().uri(),
                "SPRING_CLOUD_CONSUL_HOST", Consul.shared().host(),
                "SPRING_CLOUD_CONSUL_PORT", Integer.toString(Consul.shared().port()), "FAULTLINE_ACQUIRER_JOURNAL",
                directory.resolve("journal").toString()));
        try {
            process = builder.start();
            if (!Readiness.of("http://127.0.0.1:" + ports.getLast() + "/actuator/health/readiness").await(START)) {
                kill();
                throw new IllegalStateException(Files.readString(directory.resolve("log")));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Kills the process with SIGKILL. */
    synchronized void kill() {
        if (process != null) {
            process.destroyForcibly().onExit().join();
        }
    }

    /** @param faults the body of {@code PUT /faults} */
    void injectFaults(Map<String, ?> faults) {
        http.put().uri("/faults").body(faults).retrieve().toBodilessEntity();
    }

    void clearFaults() {
        http.delete().uri("/faults").retrieve().toBodilessEntity();
    }

    /** The kinds of a payment's journal entries, in order. */
    List<String> journal(OrderId payment) {
        return journals().getOrDefault(payment.value(), List.of());
    }

    /** The kinds of the journal entries of each payment. */
    Map<String, List<String>> journals() {
        return journal().stream().collect(groupingBy(Entry::paymentId, mapping(Entry::kind, toList())));
    }

    List<Entry> journal() {
        var entries = new ArrayList<Entry>();
        long after = 0;
        Page page;
        do {
            page = http.get().uri("/journal?after={after}&limit={limit}", after, PAGE).retrieve()
                    .requiredBody(Page.class);
            entries.addAll(page.entries);
            after += PAGE;
        } while (after < page.last);
        return entries;
    }
}
