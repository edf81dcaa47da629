package dev.faultline.acl;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import javax.net.ssl.SSLContext;

import dev.faultline.backing.FaultlineException;
import dev.faultline.backing.Polling;
import dev.faultline.backing.TlsTrust;
import org.jspecify.annotations.Nullable;

/**
 * Tells Kafka and Consul what {@link ServiceRights} says, and ends: with 0, or with 1 and a message if one of them did not
 * accept it. Run it whenever a platform starts; it waits two minutes for servers that do not respond yet.
 *
 * <p>
 * Variables: {@code KAFKA_BOOTSTRAP_SERVERS} for Kafka; {@code CONSUL_URL} for Consul, with {@code CONSUL_NODES} (all agents,
 * separated by commas) and {@code CONSUL_AGENTS} (those of them that are no servers);
 * and {@code SECRETS_DIRECTORY}, whose files are {@code ca.pem}, {@code kafka.properties}, {@code consul-token} and, in the
 * directory {@code consul-tokens}, a token by the name of each service and agent, and of Patroni.
 */
public final class ApplyAcls {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Duration RETRY_DELAY = Duration.ofSeconds(1);
    private static final String PATRONI = "patroni";

    private final Map<String, String> environment;

    ApplyAcls(Map<String, String> environment) {
        this.environment = environment;
    }

    public static void main(String... arguments) {
        try {
            new ApplyAcls(System.getenv()).apply();
        } catch (FaultlineException e) {
            System.err.println(e.getMessage());
            System.exit(1);
        }
    }

    void apply() {
        Path directory = Path.of(variable("SECRETS_DIRECTORY"));
        boolean hasConsul = environment.containsKey("CONSUL_URL");
        boolean hasKafka = environment.containsKey("KAFKA_BOOTSTRAP_SERVERS");
        if (!hasConsul && !hasKafka) {
            throw new FaultlineException("Neither CONSUL_URL nor KAFKA_BOOTSTRAP_SERVERS is set.");
        }
        if (hasConsul) {
            applyToConsul(directory);
        }
        if (hasKafka) {
            Map<String, String> kafka = kafka(directory.resolve("kafka.properties"));
            retrying(() -> KafkaAcls.apply(kafka, ServiceRights.ALL));
            say("Kafka has the access rules of " + ServiceRights.ALL.stream().filter(ServiceRights::usesKafka).map(
                    ServiceRights::application).collect(Collectors.joining(", ")) + ", and no others.");
        }
    }

    private void applyToConsul(Path directory) {
        try (var http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).sslContext(trust(directory.resolve(
                "ca.pem"))).build()) {
            applyToConsul(new ConsulPolicies(URI.create(variable("CONSUL_URL")), list("CONSUL_NODES"), read(directory
                    .resolve("consul-token")), http), directory.resolve("consul-tokens"));
        }
    }

    private void applyToConsul(ConsulPolicies consul, Path tokens) {
        ServiceRights.ALL.forEach(service -> {
            String token = read(tokens.resolve(service.application()));
            retrying(() -> consul.apply(service, token));
        });
        list("CONSUL_AGENTS").forEach(agent -> {
            String token = read(tokens.resolve(agent));
            retrying(() -> consul.applyToAgent(agent, token));
        });
        String patroni = read(tokens.resolve(PATRONI));
        retrying(() -> consul.applyToPatroni(patroni));
        say("Consul has a policy and a token for " + Stream.of(ServiceRights.ALL.stream().map(
                ServiceRights::application), list("CONSUL_AGENTS").stream(), Stream.of(PATRONI)).flatMap(names -> names)
                .collect(Collectors.joining(", ")) + ".");
    }

    private Map<String, String> kafka(Path file) {
        var properties = new Properties();
        try (var in = Files.newBufferedReader(file)) {
            properties.load(in);
        } catch (IOException e) {
            throw new FaultlineException("Cannot read " + file + ": " + e.getMessage(), e);
        }
        properties.setProperty("bootstrap.servers", variable("KAFKA_BOOTSTRAP_SERVERS"));
        return properties.stringPropertyNames().stream().collect(Collectors.toMap(name -> name,
                properties::getProperty));
    }

    private static SSLContext trust(Path authority) {
        try {
            return TlsTrust.context(authority);
        } catch (IOException | GeneralSecurityException e) {
            throw new FaultlineException("Cannot read " + authority + ": " + e.getMessage(), e);
        }
    }

    private String variable(String name) {
        String value = environment.getOrDefault(name, "");
        if (value.isEmpty()) {
            throw new FaultlineException(name + " is not set.");
        }
        return value;
    }

    private List<String> list(String variable) {
        return Stream.of(environment.getOrDefault(variable, "").split(",")).filter(each -> !each.isEmpty()).toList();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new FaultlineException("Cannot read " + file + ": " + e.getMessage(), e);
        }
    }

    private static void retrying(Runnable action) {
        for (long deadline = System.nanoTime() + PATIENCE.toNanos();;) {
            try {
                action.run();
                return;
            } catch (FaultlineException e) {
                if (System.nanoTime() > deadline) {
                    throw e;
                }
                say(e.getMessage());
                Polling.sleep(RETRY_DELAY);
            }
        }
    }

    private static void say(@Nullable String message) {
        System.out.println(message);
    }
}
