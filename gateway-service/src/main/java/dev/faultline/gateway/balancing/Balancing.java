package dev.faultline.gateway.balancing;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.cloud.loadbalancer.core.ServiceInstanceListSupplier;
import org.springframework.cloud.loadbalancer.support.LoadBalancerClientFactory;
import org.springframework.stereotype.Component;

/** The balancers of all routes. Routes are added while the gateway starts, and never after that. */
@Component
public class Balancing implements SmartInitializingSingleton {
    private final BalancingProperties settings;
    private final Policies policies;
    private final LoadBalancerClientFactory discovered;
    private final InstanceMeters meters;
    private final Map<String, Instances> services = new LinkedHashMap<>();
    private final Map<String, Balancer> routes = new LinkedHashMap<>();

    Balancing(BalancingProperties settings, Policies policies, LoadBalancerClientFactory discovered,
            InstanceMeters meters) {
        this.settings = settings;
        this.policies = policies;
        this.discovered = discovered;
        this.meters = meters;
    }

    /**
     * Adds the balancer of a route, with its configured policy.
     *
     * @throws InvalidConfigurationPropertyValueException if there is no such policy
     */
    public Balancer route(String route, String service) {
        String own = settings.routes().get(route);
        String policy = own == null ? settings.policy() : own;
        try {
            var balancer = new Balancer(route, services.computeIfAbsent(service, this::instances), policies, policy);
            routes.put(route, balancer);
            return balancer;
        } catch (IllegalArgumentException e) {
            throw invalid(own == null ? "policy" : "routes." + route, policy, String.valueOf(e.getMessage()));
        }
    }

    private Instances instances(String service) {
        return new Instances(service, discovered.getInstance(service, ServiceInstanceListSupplier.class), settings,
                meters, System::nanoTime);
    }

    /** Refuses policies of routes that do not exist, which would have no effect. */
    @Override
    public void afterSingletonsInstantiated() {
        settings.routes().forEach((route, policy) -> {
            if (!routes.containsKey(route)) {
                throw invalid("routes." + route, policy, "there is no route \"" + route + "\"; there are " + String
                        .join(", ", routes.keySet()));
            }
        });
    }

    private static InvalidConfigurationPropertyValueException invalid(String property, String value, String reason) {
        return new InvalidConfigurationPropertyValueException(BalancingProperties.PREFIX + "." + property, value,
                reason);
    }

    List<String> policies() {
        return policies.names();
    }

    /** By name. */
    Map<String, Balancer> routes() {
        return routes;
    }

    Collection<Instances> services() {
        return new ArrayList<>(services.values());
    }
}
