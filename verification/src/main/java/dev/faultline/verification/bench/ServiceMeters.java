package dev.faultline.verification.bench;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;

import dev.faultline.backing.FaultlineException;

/**
 * The meters of one instance, in the text format of Prometheus.
 *
 * @param service for example {@code order-service}
 * @see <a href="https://prometheus.io/docs/instrumenting/exposition_formats/">Exposition formats</a>
 */
record ServiceMeters(String service, String text) {
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    static ServiceMeters read(HttpClient http, String service, URI managementUrl) {
        URI address = managementUrl.resolve("/actuator/prometheus");
        try {
            var request = HttpRequest.newBuilder(address).timeout(TIMEOUT).build();
            return new ServiceMeters(service, http.send(request, HttpResponse.BodyHandlers.ofString()).body());
        } catch (IOException e) {
            throw new FaultlineException("The meters of " + service + " at " + address + " cannot be read: "
                    + e.getMessage() + ". See ./faultline status.", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FaultlineException("Interrupted.", e);
        }
    }

    /** The sum of a meter's values over its labels; 0 if there is no such meter. */
    double sum(String name) {
        return sum(name, "");
    }

    /** @param label only values with this label, for example {@code area="heap"} */
    double sum(String name, String label) {
        return text.lines().filter(line -> line.startsWith(name + "{") && line.contains(label))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1))).sum();
    }

    static double sum(List<ServiceMeters> all, String service, String name) {
        return all.stream().filter(meters -> meters.service.equals(service)).mapToDouble(meters -> meters.sum(name))
                .sum();
    }
}
