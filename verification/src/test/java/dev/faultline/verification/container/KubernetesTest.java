package dev.faultline.verification.container;

import static org.assertj.core.api.Assertions.assertThat;

import dev.faultline.verification.Target.Node;
import org.junit.jupiter.api.Test;

/**
 * With what {@code kubectl get pods --output json} printed while order-service had been scaled to three pods and then to two;
 * shortened, and the times of creation are made up.
 */
class KubernetesTest {
    @Test
    void numbersPodsByAgeAsTheScriptsDoAndLeavesOutThoseThatAreBeingDeleted() {
        assertThat(Kubernetes.parse(ComposeTest.text("kubectl-get-pods.json"))).containsExactly(
                new Node("kafka-0", "kafka-0", true,
                        "containerd://ec81aae66a7c748a2db64e5f376039023d98f786b8276a2628baf72db528ade5"),
                new Node("order-service-1", "order-service-698cfc9458-qmhz6", true,
                        "containerd://2b3f26b974ba7e2f8e4fbdeae85177fbb0e9374870a6f0132c4b1bde2c04ebdb"),
                new Node("order-service-2", "order-service-698cfc9458-7bjgm", false,
                        "containerd://0efcfc90a678e94a4610163e8a0c517d8b57c3d6e40d694bc91041837329e24f"),
                new Node("shard-1-0", "shard-1-0", true,
                        "containerd://14c06a5a7062a610ea7ee5643da108648eb1275618d408e83535cc274bebbe72"));
    }
}
