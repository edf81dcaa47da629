package dev.faultline.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.UUID;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.cloud.client.ServiceInstance;

@Tag("integration")
class WatchedInstancesTest {
    private final dev.faultline.testing.Consul server = dev.faultline.testing.Consul.shared();
    private final String service = "test-" + UUID.randomUUID();
    private final WatchedInstances instances = new WatchedInstances(new Consul(server.host(), server.port()), service);

    @AfterEach
    void stop() {
        instances.destroy();
    }

    private List<String> ids() {
        return Objects.requireNonNull(instances.get().blockFirst()).stream().map(ServiceInstance::getInstanceId)
                .toList();
    }

    /** The test sets the instance's health through a TTL check. */
    private void register(String id, int port) throws Exception {
        call("/v1/agent/service/register", """
                {"ID": "%s", "Name": "%s", "Address": "127.0.0.1", "Port": %d, "Meta": {"weight": "3"},
                 "Check": {"CheckID": "%s", "TTL": "10m", "Status": "passing"}}""".formatted(id, service, port, id));
    }

    private void setHealth(String id, String health) throws Exception {
        call("/v1/agent/check/" + health + "/" + id, "");
    }

    private void call(String path, String body) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create("http://" + server.host() + ":" + server.port() + path))
                .PUT(HttpRequest.BodyPublishers.ofString(body)).build();
        try (var http = HttpClient.newHttpClient()) {
            assertThat(http.send(request, HttpResponse.BodyHandlers.ofString()).statusCode()).isEqualTo(200);
        }
    }

    @Test
    void returnsTheAddressOfEachInstance() throws Exception {
        register(service + "-1", 4711);
        await().untilAsserted(() -> assertThat(instances.get().blockFirst()).singleElement().satisfies(instance -> {
            assertThat(instance.getUri()).hasToString("http://127.0.0.1:4711");
            assertThat(instance.getServiceId()).isEqualTo(service);
            assertThat(instance.getMetadata()).containsEntry("weight", "3");
        }));
    }

    @Test
    void takesAnInstanceOutOfRotationWhenItsCheckFails() throws Exception {
        register(service + "-1", 4711);
        register(service + "-2", 4712);
        await().untilAsserted(() -> assertThat(ids()).containsExactlyInAnyOrder(service + "-1", service + "-2"));
        setHealth(service + "-1", "fail");
        await().untilAsserted(() -> assertThat(ids()).containsExactly(service + "-2"));
        setHealth(service + "-1", "pass");
        await().untilAsserted(() -> assertThat(ids()).containsExactlyInAnyOrder(service + "-1", service + "-2"));
    }

    @Test
    void keepsTheLastKnownGoodInstancesWhenNonePasses() throws Exception {
        register(service + "-1", 4711);
        register(service + "-2", 4712);
        await().untilAsserted(() -> assertThat(ids()).hasSize(2));
        setHealth(service + "-1", "fail");
        await().untilAsserted(() -> assertThat(ids()).containsExactly(service + "-2"));
        setHealth(service + "-2", "fail");
        await().during(Duration.ofMillis(500)).untilAsserted(() -> assertThat(ids()).containsExactly(service + "-2"));
        setHealth(service + "-1", "pass");
        await().untilAsserted(() -> assertThat(ids()).containsExactly(service + "-1"));
    }

    @Test
    void hasNoInstancesOfAnUnknownService() {
        assertThat(ids()).isEmpty();
    }
}
