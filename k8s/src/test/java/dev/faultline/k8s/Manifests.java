package dev.faultline.k8s;

import static java.util.Map.entry;
import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import io.kubernetes.client.common.KubernetesObject;
import io.kubernetes.client.openapi.JSON;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1Deployment;
import io.kubernetes.client.openapi.models.V1Ingress;
import io.kubernetes.client.openapi.models.V1Namespace;
import io.kubernetes.client.openapi.models.V1NetworkPolicy;
import io.kubernetes.client.openapi.models.V1PersistentVolumeClaim;
import io.kubernetes.client.openapi.models.V1PodDisruptionBudget;
import io.kubernetes.client.openapi.models.V1Secret;
import io.kubernetes.client.openapi.models.V1Service;
import io.kubernetes.client.openapi.models.V1ServiceAccount;
import io.kubernetes.client.openapi.models.V1StatefulSet;
import io.kubernetes.client.openapi.models.V2HorizontalPodAutoscaler;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * Manifests, parsed into Kubernetes' own types. Unknown fields, missing required fields and unknown kinds are errors.
 *
 * <p>
 * CloudNativePG has no Java types, so the fields of its resources are not checked.
 */
record Manifests(List<KubernetesObject> objects, List<JsonObject> ofCloudNativePg) {
    private static final Map<String, Class<? extends KubernetesObject>> TYPES = Map.ofEntries(
            entry("v1/ConfigMap", V1ConfigMap.class),
            entry("v1/Namespace", V1Namespace.class),
            entry("v1/PersistentVolumeClaim", V1PersistentVolumeClaim.class),
            entry("v1/Secret", V1Secret.class),
            entry("v1/Service", V1Service.class),
            entry("v1/ServiceAccount", V1ServiceAccount.class),
            entry("apps/v1/Deployment", V1Deployment.class),
            entry("apps/v1/StatefulSet", V1StatefulSet.class),
            entry("autoscaling/v2/HorizontalPodAutoscaler", V2HorizontalPodAutoscaler.class),
            entry("networking.k8s.io/v1/Ingress", V1Ingress.class),
            entry("networking.k8s.io/v1/NetworkPolicy", V1NetworkPolicy.class),
            entry("policy/v1/PodDisruptionBudget", V1PodDisruptionBudget.class));
    private static final String CLOUD_NATIVE_PG = "postgresql.cnpg.io/v1/";

    Manifests {
        objects = List.copyOf(objects);
        ofCloudNativePg = List.copyOf(ofCloudNativePg);
    }

    static Manifests of(String yaml) {
        var objects = new ArrayList<KubernetesObject>();
        var others = new ArrayList<JsonObject>();
        for (JsonObject document : documents(yaml)) {
            String type = document.get("apiVersion").getAsString() + "/" + document.get("kind").getAsString();
            if (type.startsWith(CLOUD_NATIVE_PG)) {
                others.add(document);
            } else {
                Class<? extends KubernetesObject> known = TYPES.get(type);
                if (known == null) {
                    throw new IllegalArgumentException("unexpected kind: " + type);
                }
                objects.add(JSON.deserialize(document.toString(), known));
            }
        }
        return new Manifests(objects, others);
    }

    /** Parses a YAML stream; rejects duplicate keys. */
    static List<JsonObject> documents(String yaml) {
        var options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        var gson = new Gson();
        var documents = new ArrayList<JsonObject>();
        new Yaml(new SafeConstructor(options)).loadAll(yaml)
                .forEach(document -> documents.add(gson.toJsonTree(document).getAsJsonObject()));
        return documents;
    }

    <T extends KubernetesObject> List<T> all(Class<T> type) {
        return objects.stream().filter(type::isInstance).map(type::cast).toList();
    }

    <T extends KubernetesObject> T named(Class<T> type, String name) {
        return all(type).stream().filter(object -> name(object).equals(name)).findFirst().orElseThrow(
                () -> new AssertionError("there is no " + type.getSimpleName() + " " + name));
    }

    List<JsonObject> ofCloudNativePg(String kind) {
        return ofCloudNativePg.stream().filter(resource -> resource.get("kind").getAsString().equals(kind)).toList();
    }

    List<Workload> deployments() {
        return all(V1Deployment.class).stream().map(Workload::of).toList();
    }

    List<Workload> statefulSets() {
        return all(V1StatefulSet.class).stream().map(Workload::of).toList();
    }

    List<Workload> workloads() {
        return Stream.concat(deployments().stream(), statefulSets().stream()).toList();
    }

    Workload workload(String name) {
        return workloads().stream().filter(workload -> workload.name().equals(name)).findFirst()
                .orElseThrow(() -> new AssertionError("there is no workload " + name));
    }

    /** A value of a generated ConfigMap, whose name has the hash of its content as a suffix. */
    String configuration(String name, String key) {
        return all(V1ConfigMap.class).stream().filter(map -> name(map).matches(name + "-[a-z0-9]{10}"))
                .map(map -> requireNonNull(requireNonNull(map.getData()).get(key))).findFirst()
                .orElseThrow(() -> new AssertionError("there is no generated ConfigMap " + name));
    }

    static String name(KubernetesObject object) {
        return requireNonNull(object.getMetadata().getName());
    }
}
