package dev.faultline.k8s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The manifests on a real cluster, which {@code FAULTLINE_KUBECONFIG} names: the path of a kubeconfig. Its node needs the
 * images, and must not have the namespace {@code faultline} yet, which this test makes and deletes. Takes a few minutes.
 */
@Tag("integration")
class ClusterTest {
    private static final String KUBECONFIG = System.getenv("FAULTLINE_KUBECONFIG");
    private static boolean created;

    private record Result(int exitCode, String output) {}

    @BeforeAll
    static void apply() throws Exception {
        assumeTrue(KUBECONFIG != null && !KUBECONFIG.isEmpty(),
                "FAULTLINE_KUBECONFIG does not name a cluster to apply the local overlay to");
        // Fails if it is there, and then it is not deleted.
        assertSucceeds("kubectl", "create", "--save-config", "--filename", "base/namespace.yaml");
        created = true;
        for (String overlay : List.of("overlays/managed", "overlays/local")) {
            assertThat(assertSucceeds("kubectl", "apply", "--dry-run=server", "-k", overlay)).as(overlay)
                    .doesNotContain("Warning");
        }
        assertSucceeds("kubectl", "apply", "-k", "overlays/local");
        assertSucceeds("kubectl", "--namespace", "faultline", "wait", "deployment", "--all", "--for",
                "condition=Available", "--timeout", "10m");
    }

    @AfterAll
    static void delete() throws Exception {
        if (created) {
            assertSucceeds("kubectl", "delete", "namespace", "faultline");
        }
    }

    /** The script places orders, which need tokens, databases, brokers and discovery, and checks them. */
    @Test
    void ordersAreConfirmedWhileAPodIsReplaced() throws Exception {
        assertSucceeds("../chaos/stop.sh", "--target", "k8s", "--rate", "1", "payment-service-1");
    }

    @Test
    void theNamespaceRefusesAPodThatMayDoMoreThanTheRestrictedStandardAllows() throws Exception {
        Result result = run("kubectl", "--namespace", "faultline", "run", "bad", "--image", "postgres:18",
                "--privileged");
        assertThat(result.output).contains("violates PodSecurity \"restricted:latest\": privileged");
        assertThat(result.exitCode).isNotZero();
    }

    private static String assertSucceeds(String... command) throws IOException, InterruptedException {
        Result result = run(command);
        assertThat(result.exitCode).as("%s: %s", List.of(command), result.output).isZero();
        return result.output;
    }

    private static Result run(String... command) throws IOException, InterruptedException {
        var builder = new ProcessBuilder(command).directory(Repository.MANIFESTS.toFile())
                .redirectErrorStream(true);
        builder.environment().put("KUBECONFIG", KUBECONFIG);
        Process process = builder.start();
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Result(process.waitFor(), output);
    }
}
