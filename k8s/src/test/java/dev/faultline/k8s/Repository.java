package dev.faultline.k8s;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.springframework.boot.convert.DurationStyle;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.PropertySource;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.FileSystemResource;
import org.springframework.core.io.Resource;

/** The parts of the repository that the manifests must agree with. */
final class Repository {
    /** Maven runs tests in the directory of their module. */
    static final Path MANIFESTS = Path.of("").toAbsolutePath();
    private static final Path ROOT = MANIFESTS.resolve("..").normalize();
    private static final Pattern MODULE = Pattern.compile("<module>([^<]+)</module>");
    private static final Pattern VERSION = Pattern.compile("<version>([0-9.]+)-SNAPSHOT</version>");

    private Repository() {}

    static String text(String path) {
        try {
            return Files.readString(ROOT.resolve(path));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The modules of the services. */
    static List<String> services() {
        return MODULE.matcher(text("pom.xml")).results().map(module -> module.group(1))
                .filter(module -> Files.exists(applicationYaml(module))).toList();
    }

    /** The services with a database, which also consume messages. */
    static List<String> participants() {
        return services().stream().filter(service -> database(service).isPresent()).toList();
    }

    static Optional<String> database(String service) {
        return property(service, "faultline.database.name");
    }

    static String version() {
        return VERSION.matcher(text("pom.xml")).results().findFirst().map(version -> version.group(1)).orElseThrow();
    }

    /** From the service's own configuration, or from the shared defaults. */
    static Optional<String> property(String service, String name) {
        return Stream.of(new FileSystemResource(applicationYaml(service)), new ClassPathResource(
                "service-defaults.yml"))
                .flatMap(resource -> load(resource).stream()).map(source -> source.getProperty(name))
                .flatMap(Stream::ofNullable).map(Object::toString).findFirst();
    }

    static Duration shutdownPhase(String service) {
        return DurationStyle.detectAndParse(
                property(service, "spring.lifecycle.timeout-per-shutdown-phase").orElseThrow());
    }

    /** The names of the services' environment variables in the local cluster. */
    static List<String> variablesOfLocalCluster() {
        String layout = text("local-cluster/src/main/java/dev/faultline/local/Layout.java");
        return Pattern.compile("\"([A-Z]+(?:_[A-Z]+)+)\"").matcher(layout).results().map(name -> name.group(1))
                .distinct().toList();
    }

    private static List<PropertySource<?>> load(Resource yaml) {
        try {
            return new YamlPropertySourceLoader().load(yaml.getDescription(), yaml);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path applicationYaml(String module) {
        return ROOT.resolve(module).resolve("src/main/resources/application.yml");
    }
}
