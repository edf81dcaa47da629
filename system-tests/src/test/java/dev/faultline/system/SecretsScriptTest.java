package dev.faultline.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.faultline.backing.TlsTrust;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What {@code docker/secrets.sh} gives the containers. Skipped where there is no OpenSSL 3. */
@EnabledOnOs(OS.LINUX)
class SecretsScriptTest {
    private static final Path SCRIPT = Path.of("../docker/secrets.sh").toAbsolutePath().normalize();
    private static final List<String> SERVICES = List.of("order-service", "inventory-service", "payment-service",
            "gateway-service", "identity-service", "acquirer-simulator");
    private static final String SERVER_OF_CONSUL = "server.dc1.consul";
    /** Of its extended key usage. */
    private static final String CLIENT_ONLY = "1.3.6.1.5.5.7.3.2";

    @TempDir Path directory;
    @TempDir Path programs;

    @BeforeEach
    void run() throws Exception {
        assumeThat(output("openssl", "version")).startsWith("OpenSSL 3");
        // Whose users this machine need not have; and who is not root cannot give files away.
        Path chown = Files.writeString(programs.resolve("chown"), "#!/bin/sh\n");
        Files.setPosixFilePermissions(chown, PosixFilePermissions.fromString("rwx------"));
        secrets();
    }

    private void secrets() throws Exception {
        assertThat(output("bash", SCRIPT.toString(), directory.toString())).isEmpty();
    }

    private String output(String... command) throws InterruptedException {
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().merge("PATH", programs.toString(), (path, first) -> first + ":" + path);
        try {
            Process process = builder.start();
            try (var output = process.getInputStream()) {
                var text = new String(output.readAllBytes(), StandardCharsets.UTF_8);
                return process.waitFor() == 0 ? text : text + " ended with " + process.exitValue();
            }
        } catch (IOException e) {
            return e.toString();
        }
    }

    /** Also after a run that was interrupted. */
    @Test
    void aSecondRunRenewsTheCertificatesAndNothingElse() throws Exception {
        Map<String, String> before = files();
        Files.writeString(directory.resolve("nodes/order-service/role.key.new"), "a part of a key");

        secrets();

        Map<String, String> after = files();
        assertThat(after.keySet()).isEqualTo(before.keySet());
        assertThat(after.entrySet().stream().filter(file -> !file.getValue().equals(before.get(file.getKey()))).map(
                Map.Entry::getKey)).isNotEmpty().allMatch(file -> file.endsWith(".pem") && !file.endsWith("ca.pem")
                        && !file.endsWith("cluster.pem"));
    }

    private Map<String, String> files() throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            var contents = new TreeMap<String, String>();
            files.filter(Files::isRegularFile).forEach(file -> contents.put(directory.relativize(file).toString(), read(
                    file)));
            return contents;
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** No node can take the place of another, and no service that of one of Consul's servers. */
    @Test
    void aCertificateNamesItsNodeAndNoOther() throws Exception {
        var nodes = new HashMap<String, List<String>>();
        for (String node : List.of("order-service", "inventory-service", "payment-service", "gateway-service",
                "identity-service", "acquirer-simulator", "kafka", "consul-server", "consul-agent", "shard")) {
            nodes.put(node, names(certificate(node, "node")));
        }
        SERVICES.forEach(service -> assertThat(nodes.entrySet().stream().filter(node -> node.getValue().contains(service
                + ".faultline.internal")).map(Map.Entry::getKey)).containsExactly(service));
        assertThat(nodes.entrySet().stream().filter(node -> node.getValue().contains(SERVER_OF_CONSUL)).map(
                Map.Entry::getKey)).containsExactly("consul-server");
    }

    @Test
    void aRolesCertificateIsThatOfAClient() throws Exception {
        for (Map.Entry<String, String> role : Map.of("order-service", "orders", "inventory-service", "inventory",
                "payment-service", "payments").entrySet()) {
            X509Certificate certificate = certificate(role.getKey(), "role");
            assertThat(certificate.getSubjectX500Principal().getName()).isEqualTo("CN=" + role.getValue());
            assertThat(certificate.getExtendedKeyUsage()).containsExactly(CLIENT_ONLY);
            assertThat(certificate.getSubjectAlternativeNames()).isNull();
        }
    }

    /** PostgreSQL and its clients refuse others. */
    @Test
    void onlyItsOwnerCanReadAKeyOfAServiceOrAShard() throws Exception {
        for (String key : List.of("order-service/node", "order-service/role", "shard/node", "shard/superuser",
                "shard/replication", "operator/node", "operator/orders")) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("nodes").resolve(
                    key + ".key")))).as(key).isEqualTo("rw-------");
        }
    }

    @Test
    void nobodyHasTheSecretOfAnother() throws Exception {
        Map<String, String> files = files();
        files.entrySet().stream().filter(file -> file.getKey().matches("secrets/(kafka|consul)/.*")).forEach(secret -> {
            String owner = secret.getKey().replaceFirst("secrets/(kafka|consul)/", "");
            assertThat(files.entrySet().stream().filter(file -> file.getKey().startsWith("nodes/") && file.getValue()
                    .contains(secret.getValue().strip())).map(file -> Path.of(file.getKey()).getName(1).toString())
                    .collect(Collectors
                            .toSet())).as(secret.getKey()).isNotEmpty().allMatch(node -> mayKnow(node, owner));
        });
    }

    private static boolean mayKnow(String node, String owner) {
        return switch (node) {
            case "operator", "consul-acls" -> true;
            case "kafka" -> !owner.equals("management");
            case "kafka-acls" -> owner.equals("operator");
            case "consul-server" -> owner.equals("management") || owner.equals("gossip-key");
            case "consul-agent" -> owner.equals("consul-agent") || owner.equals("gossip-key");
            case "shard" -> owner.equals("patroni");
            default -> node.equals(owner);
        };
    }

    private X509Certificate certificate(String node, String name) throws Exception {
        return TlsTrust.certificate(directory.resolve("nodes").resolve(node).resolve(name + ".pem"));
    }

    private static List<String> names(X509Certificate certificate) throws Exception {
        return certificate.getSubjectAlternativeNames().stream().map(name -> (String) name.get(1)).toList();
    }
}
