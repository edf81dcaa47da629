package dev.faultline.k8s;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.faultline.backing.CacheDirectory;
import dev.faultline.backing.ChildProcess;
import dev.faultline.backing.ConsulAgent;
import dev.faultline.backing.ConsulPorts;
import dev.faultline.backing.FreePorts;
import io.kubernetes.client.openapi.models.V1Probe;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A service, with the environment of its container, and Consul as processes. */
@Tag("integration")
class RegistrationTest {
    private static final String SERVICE = "acquirer-simulator";
    private static final String POD = SERVICE + "-5d8f6c7b9-x2x4z";
    private static final String POD_ADDRESS = "127.0.0.1";
    private static final Duration START = Duration.ofSeconds(90);

    private final HttpClient http = HttpClient.newHttpClient();
    private final List<Integer> ports = FreePorts.take(5);

    @TempDir private Path directory;

    @Test
    void aServiceRegistersWithItsPodsAddressAndPassesHealthCheckAndProbes() throws Exception {
        var manifests = Rendering.BASE.manifests();
        Workload service = manifests.workload(SERVICE);
        var agent = new ConsulAgent("consul", directory.resolve("consul"),
                new ConsulPorts(ports.get(0), ports.get(1), ports.get(2)), CacheDirectory.ofThisUser(),
                System.err::println);
        try (var _ = ChildProcess.start(agent, directory.resolve("consul.log"), START)) {
            Process process = start(here(service.environment(manifests)));
            try {
                await().atMost(START).ignoreExceptions().until(() -> check().get("Status").getAsString(),
                        "passing"::equals);

                assertThat(instance().get("ServiceID").getAsString()).isEqualTo(POD);
                assertThat(instance().get("ServiceAddress").getAsString()).isEqualTo(POD_ADDRESS);
                var container = service.container();
                for (V1Probe probe : List.of(requireNonNull(container.getStartupProbe()),
                        requireNonNull(container.getReadinessProbe()), requireNonNull(container.getLivenessProbe()))) {
                    URI asked = URI.create("http://" + POD_ADDRESS + ":" + ports.get(4)
                            + requireNonNull(probe.getHttpGet()).getPath());
                    assertThat(http.send(HttpRequest.newBuilder(asked).build(), BodyHandlers.ofString()).statusCode())
                            .as("%s", asked).isEqualTo(200);
                }
            } finally {
                process.destroyForcibly().waitFor();
            }
        }
    }

    /** Replaces the addresses of a pod with those of this machine. */
    private Map<String, String> here(Map<String, String> environment) {
        var here = new HashMap<>(environment);
        here.replace("SPRING_CLOUD_CONSUL_HOST", "127.0.0.1");
        here.replace("SPRING_CLOUD_CONSUL_PORT", Integer.toString(ports.get(0)));
        String managementPort = requireNonNull(here.replace("MANAGEMENT_SERVER_PORT", Integer.toString(ports.get(4))));
        here.replace("SERVER_PORT", Integer.toString(ports.get(3)));
        here.replace("FAULTLINE_ACQUIRER_JOURNAL", directory.resolve("journal").toString());
        here.replaceAll((_, value) -> value.replace("<metadata.name>", POD).replace("<status.podIP>", POD_ADDRESS));
        here.replaceAll((_, value) -> value.replace("$(SPRING_CLOUD_CONSUL_DISCOVERY_IPADDRESS):" + managementPort,
                here.get("SPRING_CLOUD_CONSUL_DISCOVERY_IPADDRESS") + ":" + ports.get(4)));
        return here;
    }

    private Process start(Map<String, String> environment) throws IOException {
        Path jar = Repository.MANIFESTS.resolveSibling(SERVICE).resolve("target").resolve(SERVICE + ".jar");
        assertThat(jar).as("packaged before: mvn verify, not test").isRegularFile();
        var builder = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx96m",
                "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-jar", jar.toString()).redirectErrorStream(true)
                .redirectOutput(directory.resolve("log").toFile());
        builder.environment().putAll(environment);
        return builder.start();
    }

    private JsonObject instance() throws IOException, InterruptedException {
        return ask("/v1/catalog/service/");
    }

    private JsonObject check() throws IOException, InterruptedException {
        return ask("/v1/health/checks/");
    }

    private JsonObject ask(String path) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + ports.get(0) + path + SERVICE)).build();
        return JsonParser.parseString(http.send(request, BodyHandlers.ofString()).body()).getAsJsonArray().get(0)
                .getAsJsonObject();
    }
}
