package dev.faultline.k8s;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import io.kubernetes.client.openapi.models.V1Service;
import org.junit.jupiter.api.Test;

class MonitoringTest {
    private static final String SUFFIX = "-management";

    @Test
    void prometheusScrapesTheManagementPortOfEveryInstance() {
        var manifests = Rendering.PRODUCTION.manifests();
        var configuration = Manifests.documents(manifests.configuration("prometheus", "prometheus.yml")).getFirst();
        var job = configuration.getAsJsonArray("scrape_configs").get(0).getAsJsonObject();
        assertThat(job.get("metrics_path").getAsString()).isEqualTo("/actuator/prometheus");
        var names = job.getAsJsonArray("dns_sd_configs").get(0).getAsJsonObject();
        assertThat(names.getAsJsonArray("names").asList()).extracting(JsonElement::getAsString)
                .containsExactlyInAnyOrderElementsOf(Repository.services().stream().map(name -> name + SUFFIX)
                        .toList());
        for (Workload service : manifests.deployments()) {
            assertThat(service.ports()).containsEntry("management", names.get("port").getAsInt());
            assertThat(Repository.property(service.name(), "management.endpoints.web.exposure.include").orElseThrow()
                    .split(",")).as("%s", service).contains("prometheus");
            var spec = requireNonNull(manifests.named(V1Service.class, service.name() + SUFFIX).getSpec());
            assertThat(spec.getClusterIP()).as("one address for each pod").isEqualTo("None");
            assertThat(spec.getPublishNotReadyAddresses()).as("and for those that are not ready").isTrue();
            assertThat(Labels.have(service.labels(), requireNonNull(spec.getSelector()))).isTrue();
        }
    }
}
