package dev.faultline.k8s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The source files, which can be checked without kustomize. */
class SourceFilesTest {
    private static final String KUSTOMIZATION = "kustomization.yaml";

    @ParameterizedTest
    @MethodSource("resourceFiles")
    void everyManifestHasKnownFieldsOnly(Path file) throws IOException {
        assertThat(Manifests.of(Files.readString(file))).as("%s", file)
                .matches(read -> !read.objects().isEmpty() || !read.ofCloudNativePg().isEmpty(), "is not empty");
    }

    /** Otherwise the last value would silently win. */
    @ParameterizedTest
    @MethodSource("yamlFiles")
    void noFileHasDuplicateKeys(Path file) throws IOException {
        assertThat(Manifests.documents(Files.readString(file))).as("%s", file).isNotEmpty();
    }

    @Test
    void rejectsUnknownFields() {
        String service = """
                {apiVersion: v1, kind: Service, metadata: {name: a}, spec: {selectors: {b: c}}}""";
        assertThatThrownBy(() -> Manifests.of(service)).hasMessageContaining("selectors");
    }

    @Test
    void rejectsMissingRequiredFields() {
        String deployment = """
                {apiVersion: apps/v1, kind: Deployment, metadata: {name: a}, spec: {replicas: 1}}""";
        assertThatThrownBy(() -> Manifests.of(deployment)).hasMessageContaining("template");
    }

    @ParameterizedTest
    @MethodSource("kustomizations")
    void everyKustomizationRefersToExistingFiles(Path file) throws IOException {
        for (String named : filesNamedBy(file)) {
            Path path = file.resolveSibling(named);
            assertThat(Files.isDirectory(path) ? path.resolve(KUSTOMIZATION) : path).as("named by %s", file)
                    .isRegularFile();
        }
    }

    @Test
    void everyFileIsUsedByAKustomization() throws IOException {
        var named = new ArrayList<Path>();
        for (Path kustomization : kustomizations().toList()) {
            filesNamedBy(kustomization).forEach(file -> named.add(kustomization.resolveSibling(file).normalize()));
        }
        try (var files = files()) {
            assertThat(files.filter(file -> !file.endsWith(KUSTOMIZATION))).isSubsetOf(named);
        }
    }

    static Stream<Path> resourceFiles() throws IOException {
        var files = new ArrayList<Path>();
        for (Path kustomization : kustomizations().toList()) {
            for (JsonElement resource : list(read(kustomization), "resources")) {
                Path file = kustomization.resolveSibling(resource.getAsString()).normalize();
                if (Files.isRegularFile(file)) {
                    files.add(file);
                }
            }
        }
        return files.stream();
    }

    static Stream<Path> yamlFiles() throws IOException {
        return files().filter(file -> file.toString().matches(".*\\.ya?ml"));
    }

    static Stream<Path> kustomizations() throws IOException {
        return files().filter(file -> file.endsWith(KUSTOMIZATION));
    }

    private static Stream<Path> files() throws IOException {
        var all = new ArrayList<Path>();
        for (String directory : List.of("base", "components", "overlays")) {
            try (var files = Files.walk(Repository.MANIFESTS.resolve(directory))) {
                files.filter(Files::isRegularFile).forEach(all::add);
            }
        }
        return all.stream();
    }

    private static List<String> filesNamedBy(Path kustomization) throws IOException {
        JsonObject content = read(kustomization);
        var named = new ArrayList<String>();
        for (String key : List.of("resources", "components", "configurations")) {
            list(content, key).forEach(file -> named.add(file.getAsString()));
        }
        for (JsonElement patch : list(content, "patches")) {
            Map<String, JsonElement> fields = patch.getAsJsonObject().asMap();
            if (fields.containsKey("path")) {
                named.add(fields.get("path").getAsString());
            }
        }
        for (JsonElement generator : list(content, "configMapGenerator")) {
            for (String key : List.of("files", "envs")) {
                list(generator.getAsJsonObject(), key).forEach(file -> named.add(file.getAsString()));
            }
        }
        return named;
    }

    private static JsonObject read(Path kustomization) throws IOException {
        return Manifests.documents(Files.readString(kustomization)).getFirst();
    }

    private static List<JsonElement> list(JsonObject object, String key) {
        return object.has(key) ? object.getAsJsonArray(key).asList() : List.of();
    }
}
