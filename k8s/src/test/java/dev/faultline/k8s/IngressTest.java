package dev.faultline.k8s;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;

import io.kubernetes.client.openapi.models.V1Ingress;
import io.kubernetes.client.openapi.models.V1Service;
import org.junit.jupiter.api.Test;

/** The way in, with the component {@code ingress}. */
class IngressTest {
    private final Manifests manifests = Rendering.MANAGED.manifests();
    private final V1Ingress ingress = manifests.named(V1Ingress.class, "gateway-service");

    @Test
    void everyPathOfTheHostLeadsToTheGatewayAndNothingElseIsPublic() {
        assertThat(manifests.all(V1Ingress.class)).containsExactly(ingress);
        var rules = requireNonNull(requireNonNull(ingress.getSpec()).getRules());
        assertThat(rules).hasSize(1);
        var paths = requireNonNull(requireNonNull(rules.getFirst().getHttp()).getPaths());
        assertThat(paths).singleElement().satisfies(path -> {
            assertThat(path.getPath()).isEqualTo("/");
            assertThat(path.getPathType()).isEqualTo("Prefix");
        });
        var backend = requireNonNull(paths.getFirst().getBackend().getService());
        assertThat(backend.getName()).isEqualTo("gateway-service");
        var gateway = requireNonNull(manifests.named(V1Service.class, backend.getName()).getSpec());
        assertThat(gateway.getPorts()).extracting("name").contains(requireNonNull(backend.getPort()).getName());
        assertThat(manifests.all(V1Service.class)).allMatch(service -> {
            String type = requireNonNull(service.getSpec()).getType();
            return type == null || type.equals("ClusterIP");
        }, "is reached from inside only");
    }

    /** Tokens are in every request. */
    @Test
    void everyHostHasACertificate() {
        var spec = requireNonNull(ingress.getSpec());
        var hosts = requireNonNull(spec.getRules()).stream().map(rule -> requireNonNull(rule.getHost())).toList();
        assertThat(requireNonNull(spec.getTls())).singleElement().satisfies(tls -> {
            assertThat(tls.getHosts()).isEqualTo(hosts).isEqualTo(List.of("faultline.example"));
            assertThat(tls.getSecretName()).isEqualTo("gateway-tls");
        });
    }
}
