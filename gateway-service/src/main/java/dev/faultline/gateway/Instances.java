package dev.faultline.gateway;

import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;

import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.loadbalancer.core.ServiceInstanceListSupplier;
import org.springframework.web.servlet.function.ServerRequest;

/** Sends each attempt to the next instance of a service; a retry, if possible, to another one than before. */
final class Instances {
    /** The request attribute with the instance that was chosen last. */
    static final String CHOSEN = "dev.faultline.gateway.instance";

    private final ServiceInstanceListSupplier known;
    private final AtomicInteger turn = new AtomicInteger();

    Instances(ServiceInstanceListSupplier known) {
        this.known = known;
    }

    /** @throws UncheckedIOException if no instance is known */
    URI next(ServerRequest request) {
        List<ServiceInstance> all = known.get().blockFirst();
        if (all == null || all.isEmpty()) {
            throw new UncheckedIOException(new ConnectException("no instance is known"));
        }
        int next = turn.getAndIncrement();
        ServiceInstance chosen = all.get(Math.floorMod(next, all.size()));
        if (request.servletRequest().getAttribute(CHOSEN) instanceof ServiceInstance tried
                && Objects.equals(tried.getInstanceId(), chosen.getInstanceId())) {
            chosen = all.get(Math.floorMod(next + 1, all.size()));
        }
        request.servletRequest().setAttribute(CHOSEN, chosen);
        return chosen.getUri();
    }
}
