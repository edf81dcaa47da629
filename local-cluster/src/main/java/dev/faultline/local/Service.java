package dev.faultline.local;

import java.net.URI;
import java.util.List;
import java.util.Map;

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

    String name() {
        return application + "-" + instance;
    }

    /** Whether this is the first instance, without which the service is unavailable. */
    boolean isFirst() {
        return instance == 1;
    }

    URI url() {
        return URI.create(scheme + "://127.0.0.1:" + port);
    }

    URI managementUrl() {
        return URI.create("http://127.0.0.1:" + managementPort);
    }

    Readiness readiness() {
        return Readiness.of(managementUrl() + "/actuator/health/readiness");
    }
}
