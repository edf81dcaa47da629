package dev.faultline.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * The proof on a real cluster, which {@code FAULTLINE_KUBECONFIG} names: the path of a kubeconfig. Its node needs the images,
 * and must not have the namespaces {@code faultline} and {@code faultline-chaos} yet, which this test makes and deletes.
 * Skipped, with a message, without it.
 */
@Tag("integration")
@TestMethodOrder(OrderAnnotation.class)
class KubernetesIT {
    private static final Path REPOSITORY = Path.of("..").toAbsolutePath().normalize();
    private static final String KUBECONFIG = System.getenv("FAULTLINE_KUBECONFIG");
    private static boolean created;

    private record Result(int exitCode, String output) {}

    @BeforeAll
    static void apply() throws Exception {
        boolean named = KUBECONFIG != null && !KUBECONFIG.isEmpty();
        if (!named) {
            System.out.println("SKIPPED: the proof on Kubernetes; FAULTLINE_KUBECONFIG names no cluster.");
        }
        assumeTrue(named, "FAULTLINE_KUBECONFIG does not name a cluster");
        // Fails if it is there, and then it is not deleted.
        assertSucceeds("kubectl", "create", "--save-config", "--filename", "k8s/base/namespace.yaml");
        created = true;
        assertSucceeds("kubectl", "apply", "-k", "k8s/overlays/local");
        assertSucceeds("kubectl", "--namespace", "faultline", "wait", "deployment", "--all", "--for",
                "condition=Available", "--timeout", "10m");
    }

    @AfterAll
    static void delete() throws Exception {
        if (created) {
            assertSucceeds("kubectl", "delete", "namespace", "faultline", "faultline-chaos", "--ignore-not-found");
        }
    }

    @Test
    @Order(1)
    void saysWhatIsMissingWithoutAnAgent() throws Exception {
        Result result = prove();
        assertThat(result.exitCode).isEqualTo(1);
        assertThat(result.output).contains("kubectl apply --filename chaos/targets/k8s-agent.yaml");
    }

    @Test
    @Order(2)
    void hasNoAnomalyWhilePodsAreKilledAndPaused() throws Exception {
        assertSucceeds("kubectl", "apply", "--filename", "chaos/targets/k8s-agent.yaml");
        assertSucceeds("kubectl", "--namespace", "faultline-chaos", "rollout", "status", "daemonset/agent", "--timeout",
                "3m");
        Result result = prove();
        assertThat(result.exitCode).as(result.output).isZero();
        assertThat(result.output).contains("left out: standby-lag", "No anomalies: ");
    }

    /** A positive control: the checker finds an anomaly in the pods' databases. */
    @Test
    @Order(3)
    void reportsStockThatVanishesFromAPodsShard() throws Exception {
        for (String shard : List.of("shard-1-0", "shard-2-0")) {
            assertSucceeds("kubectl", "--namespace", "faultline", "exec", shard, "--", "psql", "--username=faultline",
                    "--dbname=inventory",
                    "--command=update stock set available = available - 1 where sku = 'PROVE-01'");
        }
        Result result = prove();
        assertThat(result.exitCode).as(result.output).isEqualTo(1);
        assertThat(result.output).contains("STOCK_NOT_CONSERVED PROVE-01");
    }

    /** As a user does it. */
    private static Result prove() throws IOException, InterruptedException {
        return run("./faultline", "prove", "--target", "k8s", "--minutes", "1", "--every", "4", "--seed", "7");
    }

    private static void assertSucceeds(String... command) throws IOException, InterruptedException {
        Result result = run(command);
        assertThat(result.exitCode).as("%s: %s", List.of(command), result.output).isZero();
    }

    private static Result run(String... command) throws IOException, InterruptedException {
        var builder = new ProcessBuilder(command).directory(REPOSITORY.toFile()).redirectErrorStream(true);
        builder.environment().put("KUBECONFIG", KUBECONFIG);
        Process process = builder.start();
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Result(process.waitFor(), output);
    }
}
