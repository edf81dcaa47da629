package dev.faultline.k8s;

import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

import dev.faultline.k8s.NetworkPoliciesTest.Connection;
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
    /** A pod that no policy knows. */
    private static final String STRANGER = "stranger";
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

    /** From every pod whose image has bash, and from a pod of another namespace, to every port of every pod. */
    @Test
    void theNetworkConnectsWhatThePoliciesAllowAndNothingElse() throws Exception {
        assumeTrue("enforced".equals(System.getenv("FAULTLINE_NETWORK_POLICIES")),
                "FAULTLINE_NETWORK_POLICIES=enforced does not say that the cluster's network plugin enforces policies");
        assertSucceeds("kubectl", "--namespace", "faultline", "wait", "deployment", "--all", "--for",
                "condition=Available", "--timeout", "5m");
        var manifests = Rendering.LOCAL.manifests();
        var addresses = assertSucceeds("kubectl", "--namespace", "faultline", "get", "pods", "--output",
                "go-template={{range .items}}{{if not .metadata.deletionTimestamp}}{{index .metadata.labels"
                        + " \"app.kubernetes.io/name\"}} {{.status.podIP}}{{\"\\n\"}}{{end}}{{end}}").lines().map(
                                line -> line
                                        .split(" ")).collect(toMap(pod -> pod[0], pod -> pod[1]));
        var targets = manifests.workloads().stream().flatMap(to -> to.ports().values().stream().distinct().map(
                port -> new Target(to.name(), requireNonNull(addresses.get(to.name())), port))).toList();
        var allowed = NetworkPoliciesTest.platform();
        assertSucceeds("kubectl", "--namespace", "default", "run", STRANGER, "--image",
                "faultline/gateway-service:0.1.0", "--image-pull-policy", "Never", "--command", "--", "sleep", "600");
        try {
            assertSucceeds("kubectl", "--namespace", "default", "wait", "pod", STRANGER, "--for", "condition=Ready",
                    "--timeout", "1m");
            assertThat(reached("default", "pod/" + STRANGER, targets)).containsExactlyInAnyOrderElementsOf(targets
                    .stream().filter(to -> allowed.contains(new Connection(NetworkPoliciesTest.ANYONE, to.pod(), to
                            .port() + "/TCP"))).toList());
            for (Workload from : manifests.workloads()) {
                if (List.of("consul", "kafka").contains(from.name())) {
                    continue;
                }
                String kind = Repository.services().contains(from.name()) ? "deployment/" : "statefulset/";
                assertThat(reached("faultline", kind + from.name(), targets)).as("from %s", from)
                        .containsExactlyInAnyOrderElementsOf(targets.stream().filter(to -> from.name().equals(to.pod())
                                || allowed.contains(new Connection(from.name(), to.pod(), to.port() + "/TCP")))
                                .toList());
            }
        } finally {
            assertSucceeds("kubectl", "--namespace", "default", "delete", "pod", STRANGER, "--now");
        }
    }

    private record Target(String pod, String address, int port) {}

    /** Those to which a connection is established within three seconds. */
    private static List<Target> reached(String namespace, String from, List<Target> targets) throws Exception {
        String script = targets.stream().map(to -> "{ timeout 3 bash -c 'exec 3<>/dev/tcp/" + to.address() + "/" + to
                .port() + "' 2> /dev/null && echo " + to.address() + " " + to.port() + "; } &").collect(joining("\n",
                        "",
                        "\nwait"));
        var open = assertSucceeds("kubectl", "--namespace", namespace, "exec", from, "--", "bash", "-c", script).lines()
                .toList();
        return targets.stream().filter(to -> open.contains(to.address() + " " + to.port())).toList();
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
