package dev.faultline.gateway;

import java.util.List;
import java.util.Objects;

import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.loadbalancer.Request;
import org.springframework.cloud.client.loadbalancer.RequestDataContext;
import org.springframework.cloud.client.loadbalancer.Response;
import org.springframework.cloud.gateway.support.ServerWebExchangeUtils;
import org.springframework.cloud.loadbalancer.core.DelegatingServiceInstanceListSupplier;
import org.springframework.cloud.loadbalancer.core.ReactorLoadBalancer;
import org.springframework.cloud.loadbalancer.core.RoundRobinLoadBalancer;
import org.springframework.cloud.loadbalancer.core.ServiceInstanceListSupplier;
import org.springframework.cloud.loadbalancer.support.SimpleObjectProvider;
import org.springframework.context.annotation.Bean;
import reactor.core.publisher.Flux;

/** Sends a retry to another instance than the previous attempt, if possible. */
final class AvoidTriedInstance extends DelegatingServiceInstanceListSupplier {

    AvoidTriedInstance(ServiceInstanceListSupplier instances) {
        super(instances);
    }

    /** Configures round-robin load balancing in the child context of each service. */
    static class Configuration {
        @Bean
        ReactorLoadBalancer<ServiceInstance> loadBalancer(ServiceInstanceListSupplier instances) {
            return new RoundRobinLoadBalancer(new SimpleObjectProvider<>(new AvoidTriedInstance(instances)),
                    instances.getServiceId());
        }
    }

    @Override
    public Flux<List<ServiceInstance>> get() {
        return getDelegate().get();
    }

    @Override
    @SuppressWarnings("rawtypes") // inherited signature
    public Flux<List<ServiceInstance>> get(Request request) {
        Flux<List<ServiceInstance>> all = getDelegate().get(request);
        return request.getContext() instanceof RequestDataContext context && context.getClientRequest() != null
                && context.getClientRequest().getAttributes()
                        .get(ServerWebExchangeUtils.GATEWAY_LOADBALANCER_RESPONSE_ATTR) instanceof Response<?> answer
                && answer.getServer() instanceof ServiceInstance tried
                        ? all.map(instances -> without(tried, instances))
                        : all;
    }

    private static List<ServiceInstance> without(ServiceInstance tried, List<ServiceInstance> instances) {
        var others = instances.stream().filter(one -> !Objects.equals(one.getInstanceId(), tried.getInstanceId()))
                .toList();
        return others.isEmpty() ? instances : others;
    }
}
