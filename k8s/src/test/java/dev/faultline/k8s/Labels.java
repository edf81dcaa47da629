package dev.faultline.k8s;

import static java.util.Objects.requireNonNull;
import static java.util.Objects.requireNonNullElse;

import java.util.List;
import java.util.Map;

import io.kubernetes.client.openapi.models.V1LabelSelector;
import io.kubernetes.client.openapi.models.V1LabelSelectorRequirement;

/** Evaluates label selectors, with the operators used here. */
final class Labels {
    private Labels() {}

    static List<Workload> selectedBy(V1LabelSelector selector, List<Workload> workloads) {
        return workloads.stream().filter(workload -> selects(selector, workload.labels())).toList();
    }

    /** An empty selector selects everything. */
    static boolean selects(V1LabelSelector selector, Map<String, String> labels) {
        return have(labels, requireNonNullElse(selector.getMatchLabels(), Map.of()))
                && requireNonNullElse(selector.getMatchExpressions(), List.<V1LabelSelectorRequirement>of()).stream()
                        .allMatch(requirement -> meet(labels, requirement));
    }

    static boolean have(Map<String, String> labels, Map<String, String> wanted) {
        return labels.entrySet().containsAll(wanted.entrySet());
    }

    private static boolean meet(Map<String, String> labels, V1LabelSelectorRequirement requirement) {
        String value = labels.get(requirement.getKey());
        return switch (requirement.getOperator()) {
            case "Exists" -> value != null;
            case "In" -> value != null && requireNonNull(requirement.getValues()).contains(value);
            default -> throw new AssertionError("unsupported operator: " + requirement);
        };
    }
}
