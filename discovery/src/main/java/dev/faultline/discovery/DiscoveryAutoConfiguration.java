package dev.faultline.discovery;

import java.net.URI;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.cloud.consul.ConsulProperties;
import org.springframework.cloud.loadbalancer.annotation.LoadBalancerClients;
import org.springframework.context.annotation.Bean;

/**
 * A client of the Consul agent configured by {@code spring.cloud.consul}, and load balancing over watched instances.
 * Programs that only need the client have no Spring Cloud Consul.
 */
@AutoConfiguration(afterName = "org.springframework.cloud.consul.ConsulAutoConfiguration")
@ConditionalOnClass(ConsulProperties.class)
@LoadBalancerClients(defaultConfiguration = WatchedInstancesConfiguration.class)
public class DiscoveryAutoConfiguration {

    @Bean
    Consul consul(ConsulProperties properties,
            @Value("${spring.cloud.consul.discovery.acl-token:}") String token) {
        String scheme = properties.getScheme() == null ? "http" : properties.getScheme();
        return new Consul(URI.create(scheme + "://" + properties.getHost() + ":" + properties.getPort()), token);
    }
}
