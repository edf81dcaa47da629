package dev.faultline.discovery;

import org.springframework.cloud.loadbalancer.core.ServiceInstanceListSupplier;
import org.springframework.cloud.loadbalancer.support.LoadBalancerClientFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;

/** Supplies {@link WatchedInstances} to each load-balanced client, in the client's child context. */
class WatchedInstancesConfiguration {

    @Bean
    ServiceInstanceListSupplier watchedInstances(Consul consul, Environment environment) {
        String service = environment.getRequiredProperty(LoadBalancerClientFactory.PROPERTY_NAME);
        return new WatchedInstances(consul, service);
    }
}
