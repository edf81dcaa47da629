package dev.faultline.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.tracing.Tracer;
import org.junit.jupiter.api.Test;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.annotation.Configuration;

class TracingImportFilterTest {
    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration(excludeName = "dev.faultline.discovery.DiscoveryAutoConfiguration")
    static class Service {}

    private static int tracers(String... arguments) {
        try (var service = new SpringApplicationBuilder(Service.class).web(WebApplicationType.NONE)
                .properties("spring.cloud.consul.enabled=false").run(arguments)) {
            return service.getBeansOfType(Tracer.class).size();
        }
    }

    @Test
    void createsNoTracerUnlessSpansAreExported() {
        assertThat(tracers()).isZero();
    }

    @Test
    void createsATracerWhereSpansAreExported() {
        assertThat(tracers("--management.tracing.export.enabled=true")).isOne();
    }
}
