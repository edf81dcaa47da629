package dev.faultline.gateway.limits;

import dev.faultline.discovery.Consul;
import dev.faultline.discovery.WatchedInstances;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/** How many gateways share the limits: those that pass their health check in Consul, or did so when it last answered. */
@Component
final class Gateways implements DisposableBean {
    private final WatchedInstances instances;

    Gateways(Consul consul, @Value("${spring.application.name}") String service) {
        this.instances = new WatchedInstances(consul, service);
    }

    /** At least one: this gateway may not have passed its check yet. Costs nothing: the list is pushed by Consul. */
    int count() {
        return Math.max(1, instances.known().size());
    }

    @Override
    public void destroy() {
        instances.destroy();
    }
}
