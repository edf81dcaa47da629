package dev.faultline.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import dev.faultline.backing.PostgresServer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;

/** The compose files, the Dockerfiles and .env agree with each other and with the services. */
class ContainerFilesTest {
    private static final Path REPOSITORY = Path.of("..").toAbsolutePath().normalize();
    /** They end when what the others need is there. */
    private static final Set<String> PREPARING = Set.of("secrets", "consul-acls", "kafka-acls");
    private static final List<String> FULL_ONLY = List.of("full");
    /** The parser's own limit of 50 is for files of strangers. */
    private static final int MAX_YAML_ALIASES = 200;

    private final Map<String, Map<String, Object>> services = services("docker-compose.yml");

    @Test
    void runEveryServiceOnceInTheSlimLayoutAndThoseThatShareWorkTwiceInTheFullOne() throws IOException {
        var expected = new TreeSet<String>();
        try (var modules = Files.list(REPOSITORY)) {
            for (Path module : modules.filter(each -> Files.exists(each.resolve("src/main/resources/application.yml")))
                    .toList()) {
                expected.add(module.getFileName() + "-1");
            }
        }
        assertThat(expected).isNotEmpty();
        assertThat(services.keySet()).containsAll(expected);
        assertThat(expected).allSatisfy(name -> assertThat(services.get(name)).doesNotContainKey("profiles"));
        assertThat(Set.of("gateway-service-2", "order-service-2", "inventory-service-2", "payment-service-2"))
                .allSatisfy(
                        name -> assertThat(services.get(name)).containsEntry("profiles", FULL_ONLY));
    }

    @Test
    void endEveryStartHealthyWithinStatedMemory() {
        services.forEach((name, service) -> {
            assertThat(map(service.get("depends_on")).values()).as(name).allSatisfy(
                    needed -> assertThat(map(needed).get("condition")).isIn("service_healthy",
                            "service_completed_successfully"));
            if (!PREPARING.contains(name)) {
                assertThat(service).as(name).containsKeys("mem_limit", "restart");
                assertThat(service.containsKey("healthcheck") || service.containsKey("build")).as(name).isTrue();
            }
        });
        assertThat(List.of("Dockerfile", "docker/patroni/Dockerfile")).allSatisfy(
                file -> assertThat(read(file)).contains("HEALTHCHECK"));
    }

    /** All versions are in .env, and the defaults in the Dockerfiles are the same. */
    @Test
    void takeImageVersionsFromOneFile() throws IOException {
        var versions = new Properties();
        versions.load(new StringReader(read(".env")));
        var all = new TreeMap<>(services);
        all.putAll(services("docker-compose.observability.yml"));
        all.forEach((name, service) -> {
            if (service.get("image") instanceof String image) {
                assertThat(image).as(name).matches("\\$\\{[A-Z]+_IMAGE}|faultline/[a-z-]+:\\$\\{FAULTLINE_VERSION}");
            }
        });
        for (String file : List.of("Dockerfile", "docker/patroni/Dockerfile")) {
            Matcher argument = Pattern.compile("(?m)^ARG ([A-Z]+_IMAGE)=(.+)$").matcher(read(file));
            assertThat(argument.results()).as(file).isNotEmpty().allSatisfy(
                    each -> assertThat(versions.getProperty(each.group(1))).isEqualTo(each.group(2)));
        }
        assertThat(read("Dockerfile")).contains("ARG VERSION=" + versions.getProperty("FAULTLINE_VERSION") + "\n");
    }

    @Test
    void holdNoSecret() {
        services.forEach((name, service) -> map(service.get("environment")).forEach((variable, value) -> {
            if (variable.matches(".*(PASSWORD|SECRET|TOKEN).*")) {
                assertThat(variable).as(name).endsWith("_FILE");
                assertThat(value.toString()).as(name).startsWith("/run/node/");
            }
        }));
    }

    /** Each node sees what it proves its own identity with; the issuer of tokens also its clients' secrets. */
    @Test
    void showANodeNothingOfTheSecretsOfOthers() {
        services.forEach((name, service) -> {
            String directory = switch (name) {
                case "consul-acls", "kafka-acls" -> name;
                case "consul", "consul-1", "consul-2", "consul-3" -> "consul-server";
                case "consul-agent" -> name;
                case String kafka when kafka.startsWith("kafka") -> "kafka";
                case String shard when shard.startsWith("shard") -> "shard";
                default -> name.replaceFirst("-\\d$", "");
            };
            if (!Set.of("secrets", "load-balancer").contains(name)) {
                assertThat(text(name, "volumes")).as(name).containsOnlyOnce("source=nodes").contains(
                        "source=nodes, target=/run/node, read_only=true, volume={subpath=" + directory + "}}");
            }
        });
        assertThat(services.keySet().stream().filter(name -> text(name, "volumes").contains("source=secrets")))
                .containsExactly("identity-service-1");
        assertThat(text("identity-service-1", "volumes")).endsWith(
                "source=secrets, target=/run/secrets, read_only=true, volume={subpath=clients}}]");
        assertThat(services.keySet().stream().filter(name -> text(name, "volumes").matches(".*(nodes|secrets):/.*")))
                .containsExactly("secrets");
        assertThat(services.keySet().stream().filter(name -> text(name, "volumes").contains("authority")))
                .containsExactly("secrets");
        assertThat(services.keySet().stream().filter(name -> text(name, "volumes").contains("load-balancer:/")))
                .containsExactlyInAnyOrder("secrets", "load-balancer");
    }

    /** Nobody is believed because of the network that a request comes from. */
    @Test
    void haveEveryNodeProveWhoItIs() {
        assertThat(List.of("order-service-1", "inventory-service-1", "payment-service-1")).allSatisfy(
                name -> assertThat(text(name, "environment")).contains(
                        "SPRING_KAFKA_PROPERTIES_SECURITY_PROTOCOL=SASL_SSL", "sslmode=verify-full"));
        assertThat(services.keySet().stream().filter(name -> name.matches(".*-(service|simulator)-\\d"))).allSatisfy(
                name -> assertThat(text(name, "environment")).contains("FAULTLINE_TLS_CERTIFICATE=/run/node/node.pem",
                        "FAULTLINE_SECURITY_ISSUER=https://", "SPRING_CLOUD_CONSUL_SCHEME=https"));
        assertThat(services.keySet().stream().filter(name -> name.startsWith("kafka") && !PREPARING.contains(name)))
                .isNotEmpty().allSatisfy(name -> assertThat(text(name, "environment")).contains(
                        "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP=BROKER:SASL_SSL,CONTROLLER:SASL_SSL",
                        "KAFKA_AUTHORIZER_CLASS_NAME="));
        assertThat(services.keySet().stream().filter(name -> name.startsWith("consul") && !PREPARING.contains(name)))
                .isNotEmpty().allSatisfy(name -> assertThat(text(name, "command")).contains(
                        "-config-file=/run/node/security.json"));
        assertThat(services.keySet().stream().filter(name -> text(name, "environment").contains("CLIENTAUTH")))
                .containsExactlyInAnyOrder("gateway-service-1", "gateway-service-2");
        for (String file : List.of("docker/postgres/pg_hba.conf", "docker/patroni/patroni.yml")) {
            assertThat(read(file).lines().filter(line -> line.matches("[ -]*host.*"))).as(file).isNotEmpty().allMatch(
                    line -> line.matches("[ -]*hostssl .* scram-sha-256 clientcert=verify-full"))
                    // A service's role has REPLICATION, and could copy the whole server.
                    .noneMatch(line -> line.matches("[ -]*hostssl +replication +all .*"));
        }
        assertThat(read("docker/load-balancer/haproxy.cfg").lines().filter(line -> line.contains(
                "ssl verify required"))).singleElement().asString().contains(
                        "verifyhost gateway-service.faultline.internal");
        assertThat(read("docker/patroni/patroni.yml")).contains("verify_client: required", "scheme: https");
        assertThat(read("docker/patroni/with-secrets.sh")).contains("PATRONI_RESTAPI_PASSWORD=$(< ");
    }

    /** So that the gateways may believe what it says of a client's address. */
    @Test
    void areReachedFromOutsideThroughTheLoadBalancerOnly() {
        assertThat(services.entrySet().stream().filter(each -> each.getValue().containsKey("ports")).map(
                Map.Entry::getKey)).containsExactly("load-balancer");
        assertThat(services.keySet().stream().filter(name -> text(name, "networks").contains("front")))
                .containsExactly("load-balancer");
        assertThat(services.keySet().stream().filter(name -> text(name, "networks").contains("entry")))
                .containsExactlyInAnyOrder("load-balancer", "gateway-service-1", "gateway-service-2");
        var networks = services.getOrDefault("load-balancer", Map.of()).get("networks");
        String address = String.valueOf(map(map(networks).get("entry")).get("ipv4_address"));
        assertThat(address).endsWith(".7.250");
        assertThat(text("gateway-service-1", "environment")).contains("SERVER_TOMCAT_REMOTEIP_INTERNALPROXIES="
                + address
                        .replace(".", "\\."));
        assertThat(services.keySet().stream().filter(name -> name.startsWith("gateway-service-"))).allSatisfy(
                name -> assertThat(read("docker/load-balancer/haproxy.cfg")).contains("server " + name + " " + name
                        + ":8080"));
    }

    @Test
    void startServicesWithoutRightsThatTheyDoNotNeed() {
        services.entrySet().stream().filter(each -> each.getKey().matches(
                ".*-(service|simulator)-\\d|load-balancer|.*-acls"))
                .forEach(each -> assertThat(each.getValue()).as(each.getKey()).containsEntry("read_only", true)
                        .containsEntry("cap_drop", List.of("ALL"))
                        .containsEntry("security_opt", List.of("no-new-privileges:true")));
        assertThat(read("Dockerfile")).contains("USER 10001:10001");
    }

    @Test
    void giveEveryPostgresqlTheSettingsOfTheLocalCluster() {
        Map<String, Object> patroni = new Yaml().load(read("docker/patroni/patroni.yml"));
        var parameters = map(map(map(map(patroni.get("bootstrap")).get("dcs")).get("postgresql")).get("parameters"));
        PostgresServer.SETTINGS.forEach((setting, value) -> {
            assertThat(parameters.get(setting)).as(setting).hasToString(value);
            assertThat(text("shard-1", "command")).contains("-c, " + setting + "=" + value);
        });
    }

    /** The driver finds the primary among them, and for reads that may be older a standby. */
    @Test
    void tellTheServicesOfBothServersOfEveryShard() {
        var servers = new TreeMap<String, Set<String>>();
        services.forEach((name, service) -> {
            if (map(service.get("environment")).get("PATRONI_SCOPE") instanceof String shard) {
                servers.computeIfAbsent(shard, _ -> new TreeSet<>()).add(name + ":5432");
            }
        });
        assertThat(servers).hasSize(2);
        var expected = servers.entrySet().stream().map(each -> each.getKey() + "=" + String.join(",", each.getValue()))
                .collect(Collectors.joining(","));
        assertThat(List.of("order-service-1", "inventory-service-2", "payment-service-1")).allSatisfy(
                service -> assertThat(text(service, "environment")).contains("FAULTLINE_SHARDS=" + expected));
    }

    /** Maven does not begin otherwise. */
    @Test
    void sendTheDescriptorOfEveryModuleToTheBuild() {
        var sent = read(".dockerignore").lines().toList();
        assertThat(Pattern.compile("<module>(.+)</module>").matcher(read("pom.xml")).results()).isNotEmpty()
                .allSatisfy(module -> assertThat(sent).containsAnyOf("!" + module.group(1), "!" + module.group(1)
                        .replaceAll("/.*", ""), "!" + module.group(1) + "/pom.xml"));
    }

    /** Also checks that all variables are defined. */
    @ParameterizedTest
    @ValueSource(strings = {"full", "slim"})
    void areAcceptedByCompose(String profile) throws Exception {
        assumeTrue(succeeds("docker", "compose", "version"), "docker compose is not installed");
        assertThat(succeeds("docker", "compose", "--profile", profile, "config", "--quiet")).isTrue();
        assertThat(succeeds("docker", "compose", "--profile", profile, "--file", "docker-compose.yml", "--file",
                "docker-compose.observability.yml", "config", "--quiet")).isTrue();
    }

    private String text(String service, String key) {
        return String.valueOf(map(services.get(service)).get(key));
    }

    private static boolean succeeds(String... command) throws InterruptedException {
        try {
            return new ProcessBuilder(command).directory(REPOSITORY.toFile()).inheritIO().start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    private static Map<String, Map<String, Object>> services(String file) {
        Map<String, Object> compose = new Yaml(yamlOptions()).load(read(file));
        return map(compose.get("services")).entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, each -> map(each.getValue())));
    }

    private static LoaderOptions yamlOptions() {
        var options = new LoaderOptions();
        options.setMaxAliasesForCollections(MAX_YAML_ALIASES);
        return options;
    }

    private static Map<String, Object> map(@Nullable Object yaml) {
        var map = new TreeMap<String, Object>();
        if (yaml instanceof Map<?, ?> entries) {
            entries.forEach((key, value) -> {
                if (value != null) {
                    map.put(key.toString(), value);
                }
            });
        }
        return map;
    }

    private static String read(String file) {
        try {
            return Files.readString(REPOSITORY.resolve(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
