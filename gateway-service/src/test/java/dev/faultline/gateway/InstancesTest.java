package dev.faultline.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.UncheckedIOException;
import java.net.URI;
import java.util.Arrays;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.springframework.cloud.client.DefaultServiceInstance;
import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.loadbalancer.core.ServiceInstanceListSupplier;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.web.servlet.function.ServerRequest;
import reactor.core.publisher.Flux;

class InstancesTest {
    private static final URI FIRST = URI.create("http://127.0.0.1:1");
    private static final URI SECOND = URI.create("http://127.0.0.1:2");

    @Test
    void takesTurns() {
        var instances = instances(1, 2);
        assertThat(instances.next(request())).isEqualTo(FIRST);
        assertThat(instances.next(request())).isEqualTo(SECOND);
        assertThat(instances.next(request())).isEqualTo(FIRST);
    }

    @Test
    void sendsARetryToAnotherInstanceAlsoIfOtherRequestsCameBetween() {
        var instances = instances(1, 2);
        ServerRequest retried = request();
        assertThat(instances.next(retried)).isEqualTo(FIRST);
        assertThat(instances.next(request())).isEqualTo(SECOND);
        assertThat(instances.next(retried)).isEqualTo(SECOND);
    }

    @Test
    void sendsARetryToTheOnlyInstance() {
        var instances = instances(1);
        ServerRequest retried = request();
        assertThat(instances.next(retried)).isEqualTo(instances.next(retried)).isEqualTo(FIRST);
    }

    @Test
    void failsWithoutAnInstance() {
        assertThatThrownBy(() -> instances().next(request())).isInstanceOf(UncheckedIOException.class);
    }

    private static ServerRequest request() {
        return ServerRequest.create(new MockHttpServletRequest(), List.of());
    }

    private static Instances instances(int... ports) {
        List<ServiceInstance> all = Arrays.stream(ports).<ServiceInstance>mapToObj(
                port -> new DefaultServiceInstance("order-service-" + port, "order-service", "127.0.0.1", port, false))
                .toList();
        return new Instances(new ServiceInstanceListSupplier() {
            @Override
            public String getServiceId() {
                return "order-service";
            }

            @Override
            public Flux<List<ServiceInstance>> get() {
                return Flux.just(all);
            }
        });
    }
}
