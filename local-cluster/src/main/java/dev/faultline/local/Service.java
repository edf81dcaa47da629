package dev.faultline.local;

import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Set;

import dev.faultline.backing.Readiness;

/**
 * An instance of a service.
 *
 * @param application the name of the service and of its module
 * @param instance    from 1
 * @param scheme      {@code http} or {@code https}, of its port; its management port speaks plain HTTP
 * @param heap        the maximum heap size, for example {@code 160m}
 * @param needs       the nodes that it needs to start
 */
record Service(String application, int instance, String scheme, int port, int managementPort, String heap,
        Map<String, String> environment, List<String> needs) {
    /** The environment variable with the port. */
    static final String PORT = "SERVER_PORT";
    /** Their callers find them through Consul, at whatever port; those of the others have been told an address. */
    private static final Set<String> FOUND_THROUGH_CONSUL = Set.of("order-service", "inventory-service",
            "payment-service");

    String name() {
        return application + "-" + instance;
    }

    /** Whether this is the first instance, without which the service is unavailable. */
    boolean isFirst() {
        return instance == 1;
    }

    boolean isFoundThroughConsul() {
        return FOUND_THROUGH_CONSUL.contains(application);
    }

    URI url() {
        return url(port);
    }

    /** @param actual the port on which it listens instead */
    URI url(int actual) {
        return URI.create(scheme + "://127.0.0.1:" + actual);
    }

    URI managementUrl() {
        return URI.create("http://127.0.0.1:" + managementPort);
    }

    Readiness readiness() {
        return Readiness.of(managementUrl() + "/actuator/health/readiness");
    }
}
