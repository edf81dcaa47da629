package dev.faultline.k8s;

import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.lang.reflect.RecordComponent;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.context.annotation.ClassPathScanningCandidateComponentProvider;
import org.springframework.core.type.filter.AnnotationTypeFilter;

/**
 * The names of the environment variables that Spring, the libraries and the services read, according to the configuration
 * metadata and the {@link ConfigurationProperties} records.
 */
final class Variables {
    private static final Set<String> OF_SPRING = ofSpring();
    /** {@code spring.kafka.properties} takes any property of a client. */
    static final Set<String> OF_KAFKAS_CLIENTS = AdminClientConfig.configNames().stream()
            .map(property -> "SPRING_KAFKA_PROPERTIES_" + property.replace('.', '_').toUpperCase(Locale.ROOT))
            .collect(Collectors.toUnmodifiableSet());
    /** Placeholders in service-defaults.yml. */
    private static final Set<String> OF_SERVICE_DEFAULTS = Set.of("FAULTLINE_INSTANCE");

    private Variables() {}

    static Set<String> of(String service) {
        var variables = new TreeSet<>(OF_SPRING);
        variables.addAll(OF_SERVICE_DEFAULTS);
        var scanner = new ClassPathScanningCandidateComponentProvider(false);
        scanner.addIncludeFilter(new AnnotationTypeFilter(ConfigurationProperties.class));
        for (var candidate : scanner.findCandidateComponents("dev.faultline")) {
            try {
                Class<?> type = Class.forName(candidate.getBeanClassName());
                String from = type.getProtectionDomain().getCodeSource().getLocation().getPath();
                boolean ofAnotherService = Repository.services().stream()
                        .anyMatch(other -> !other.equals(service) && from.contains("/" + other));
                if (!ofAnotherService) {
                    add(variables, type.getAnnotation(ConfigurationProperties.class).value(), type);
                }
            } catch (ClassNotFoundException e) {
                throw new IllegalStateException(e);
            }
        }
        return variables;
    }

    private static void add(Set<String> variables, String prefix, Class<?> type) {
        for (RecordComponent component : type.getRecordComponents()) {
            String name = prefix + "." + component.getName();
            if (component.getType().isRecord()) {
                add(variables, name, component.getType());
            } else {
                addVariable(variables, name);
            }
        }
    }

    /** Spring binds two forms: dots become underscores, and dashes are removed or become underscores. */
    private static void addVariable(Set<String> variables, String property) {
        String variable = property.replace('.', '_').toUpperCase(Locale.ROOT);
        variables.add(variable.replace("-", ""));
        variables.add(variable.replace('-', '_'));
    }

    private static Set<String> ofSpring() {
        var variables = new TreeSet<String>();
        try {
            for (URL metadata : Collections.list(Variables.class.getClassLoader()
                    .getResources("META-INF/spring-configuration-metadata.json"))) {
                try (var reader = new InputStreamReader(metadata.openStream(), StandardCharsets.UTF_8)) {
                    for (JsonElement property : JsonParser.parseReader(reader).getAsJsonObject()
                            .getAsJsonArray("properties")) {
                        addVariable(variables, property.getAsJsonObject().get("name").getAsString());
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return variables;
    }
}
