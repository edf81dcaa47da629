package dev.faultline.gateway.balancing;

import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.util.List;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/** Chooses the instance for each attempt of a route's requests. Thread-safe; its policy may change at any time. */
public final class Balancer {
    private final String route;
    private final Instances instances;
    private final Policies policies;
    private volatile Chosen policy;

    private record Chosen(String name, Policy rule) {}

    /** @throws IllegalArgumentException if there is no such policy */
    Balancer(String route, Instances instances, Policies policies, String policy) {
        this.route = route;
        this.instances = instances;
        this.policies = policies;
        this.policy = new Chosen(policy, policies.named(policy));
    }

    String route() {
        return route;
    }

    public String service() {
        return instances.service();
    }

    String policy() {
        return policy.name;
    }

    /** @throws IllegalArgumentException if there is no such policy; the present one stays */
    void change(String name) {
        policy = new Chosen(name, policies.named(name));
    }

    /**
     * @param tried the instance of the attempt before, which is chosen again only if there is no other one
     * @param key   of the request, for policies that send equal ones to the same instance
     * @throws UncheckedIOException if no instance is known
     */
    public Attempt begin(@Nullable Instance tried, Supplier<String> key) {
        List<Instance> all = instances.all();
        if (all.isEmpty()) {
            throw new UncheckedIOException(new ConnectException("no instance is known"));
        }
        return new Attempt(instances, policy.rule.choose(instances.eligible(all, tried), key), instances.now());
    }
}
