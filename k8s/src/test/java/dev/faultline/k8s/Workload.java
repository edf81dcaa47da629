package dev.faultline.k8s;

import static java.util.Objects.requireNonNull;
import static java.util.Objects.requireNonNullElse;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1Container;
import io.kubernetes.client.openapi.models.V1ContainerPort;
import io.kubernetes.client.openapi.models.V1Deployment;
import io.kubernetes.client.openapi.models.V1EnvFromSource;
import io.kubernetes.client.openapi.models.V1EnvVar;
import io.kubernetes.client.openapi.models.V1LabelSelector;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import io.kubernetes.client.openapi.models.V1PodSpec;
import io.kubernetes.client.openapi.models.V1PodTemplateSpec;
import io.kubernetes.client.openapi.models.V1StatefulSet;
import org.jspecify.annotations.Nullable;

/** A Deployment or a StatefulSet with a single container. */
record Workload(String name, @Nullable Integer replicas, V1LabelSelector selector, Map<String, String> labels,
        V1PodSpec pod) {

    static Workload of(V1Deployment deployment) {
        var spec = requireNonNull(deployment.getSpec());
        return of(deployment.getMetadata(), spec.getReplicas(), spec.getSelector(), spec.getTemplate());
    }

    static Workload of(V1StatefulSet set) {
        var spec = requireNonNull(set.getSpec());
        return of(set.getMetadata(), spec.getReplicas(), spec.getSelector(), spec.getTemplate());
    }

    private static Workload of(V1ObjectMeta meta, @Nullable Integer replicas, V1LabelSelector selector,
            V1PodTemplateSpec template) {
        return new Workload(requireNonNull(meta.getName()), replicas, selector,
                requireNonNull(template.getMetadata().getLabels()), requireNonNull(template.getSpec()));
    }

    V1Container container() {
        List<V1Container> containers = pod.getContainers();
        if (containers.size() != 1) {
            throw new AssertionError(name + " has " + containers.size() + " containers");
        }
        return containers.getFirst();
    }

    List<V1EnvVar> variables() {
        return requireNonNullElse(container().getEnv(), List.of());
    }

    /**
     * The container's environment in the order of definition, with references to fields of the pod and to Secrets as
     * {@code <field>} and {@code <secret/key>}.
     */
    Map<String, String> environment(Manifests manifests) {
        var environment = new LinkedHashMap<String, String>();
        for (var source : requireNonNullElse(container().getEnvFrom(),
                List.<V1EnvFromSource>of())) {
            environment.putAll(requireNonNull(manifests.named(V1ConfigMap.class,
                    requireNonNull(source.getConfigMapRef().getName())).getData()));
        }
        variables().forEach(variable -> environment.put(variable.getName(), value(variable)));
        return environment;
    }

    private static String value(V1EnvVar variable) {
        if (variable.getValue() != null) {
            return variable.getValue();
        }
        var from = variable.getValueFrom();
        if (from.getFieldRef() != null) {
            return "<" + from.getFieldRef().getFieldPath() + ">";
        }
        return "<" + from.getSecretKeyRef().getName() + "/" + from.getSecretKeyRef().getKey() + ">";
    }

    Map<String, Integer> ports() {
        var ports = new LinkedHashMap<String, Integer>();
        requireNonNullElse(container().getPorts(), List.<V1ContainerPort>of())
                .forEach(port -> ports.put(requireNonNull(port.getName()), port.getContainerPort()));
        return ports;
    }

    @Override
    public String toString() {
        return name;
    }
}
