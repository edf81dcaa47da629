package dev.faultline.gateway.balancing;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** How many of a number of choices went to each instance. */
record Shares(Map<Instance, Integer> counts) {

    static Shares of(int choices, Policy policy, List<Instance> eligible) {
        var counts = new HashMap<Instance, Integer>();
        for (int i = 0; i < choices; i++) {
            counts.merge(policy.choose(eligible, () -> "alice"), 1, Integer::sum);
        }
        return new Shares(counts);
    }

    int of(Instance instance) {
        return counts.getOrDefault(instance, 0);
    }

    /** In the order of the instances. */
    List<Integer> of(List<Instance> instances) {
        return instances.stream().map(this::of).toList();
    }
}
