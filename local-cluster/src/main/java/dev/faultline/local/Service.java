package dev.faultline.local;

import java.net.URI;
import java.util.List;
import java.util.Map;

import dev.faultline.backing.Readiness;

/**
 * One instance of one service.
 *
 * @param application the service's name, which is its module's
 * @param instance    from 1
 * @param heap        the largest heap, as in {@code 160m}
 * @param needs       the nodes without which it cannot start
 */
record Service(String application, int instance, int port, int managementPort, String heap,
        Map<String, String> environment, List<String> needs) {

    String name() {
        return application + "-" + instance;
    }

    /** Whether this is the first of its kind: with it the service is there, the others add to it. */
    boolean isFirst() {
        return instance == 1;
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + port);
    }

    URI managementUrl() {
        return URI.create("http://127.0.0.1:" + managementPort);
    }

    Readiness readiness() {
        return Readiness.of(managementUrl() + "/actuator/health/readiness");
    }
}
