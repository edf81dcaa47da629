package dev.faultline.gateway;

import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;
import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.loadbalancer.core.ServiceInstanceListSupplier;
import org.springframework.web.servlet.function.ServerRequest;

/**
 * Sends each attempt to the instance with the fewest requests in flight, in turn if there are several, and a retry, if
 * possible, to another instance than before. So an instance that is frozen holds few requests, and a slow one gets fewer,
 * before any health check notices. An instance without an answer gets no requests for a second if there is another one,
 * because a dead one would always have the fewest in flight.
 *
 * @see <a href="https://sre.google/sre-book/load-balancing-datacenter/">Site Reliability Engineering, Load Balancing in
 *      the Datacenter, on least-loaded policies and their sinkholes</a>
 */
final class Instances {
    /** The request attribute with the instance that was chosen last. */
    static final String CHOSEN = "dev.faultline.gateway.instance";

    private static final Duration EJECTION = Duration.ofSeconds(1);

    private final String service;
    private final ServiceInstanceListSupplier known;
    private final ConcurrentMap<String, Load> loads = new ConcurrentHashMap<>();
    private final AtomicInteger turn = new AtomicInteger();

    Instances(String service, ServiceInstanceListSupplier known) {
        this.service = service;
        this.known = known;
    }

    String service() {
        return service;
    }

    private static final class Load {
        private final AtomicInteger inFlight = new AtomicInteger();
        private volatile long ejectedAt = System.nanoTime() - EJECTION.toNanos();

        boolean isEjected() {
            return System.nanoTime() - ejectedAt < EJECTION.toNanos();
        }
    }

    /**
     * @param attempt with the instance's address; an {@link UncheckedIOException} means that there was no answer
     * @throws UncheckedIOException the attempt's, or if no instance is known
     */
    <T> T send(ServerRequest request, Function<URI, T> attempt) {
        ServiceInstance chosen = choose(request.servletRequest().getAttribute(CHOSEN));
        request.servletRequest().setAttribute(CHOSEN, chosen);
        Load load = loadOf(chosen);
        load.inFlight.incrementAndGet();
        try {
            return attempt.apply(chosen.getUri());
        } catch (UncheckedIOException e) {
            load.ejectedAt = System.nanoTime();
            throw e;
        } finally {
            load.inFlight.decrementAndGet();
        }
    }

    private ServiceInstance choose(@Nullable Object tried) {
        List<ServiceInstance> all = known.get().blockFirst();
        if (all == null || all.isEmpty()) {
            throw new UncheckedIOException(new ConnectException("no instance is known"));
        }
        int first = Math.floorMod(turn.getAndIncrement(), all.size());
        ServiceInstance best = all.get(first);
        for (int i = 1; i < all.size(); i++) {
            ServiceInstance other = all.get((first + i) % all.size());
            if (order(tried).compare(other, best) < 0) {
                best = other;
            }
        }
        return best;
    }

    private Comparator<ServiceInstance> order(@Nullable Object tried) {
        return Comparator.<ServiceInstance, Boolean>comparing(instance -> isSame(instance, tried))
                .thenComparing(instance -> loadOf(instance).isEjected())
                .thenComparingInt(instance -> loadOf(instance).inFlight.get());
    }

    private static boolean isSame(ServiceInstance instance, @Nullable Object tried) {
        return tried instanceof ServiceInstance other && idOf(other).equals(idOf(instance));
    }

    private Load loadOf(ServiceInstance instance) {
        return loads.computeIfAbsent(idOf(instance), _ -> new Load());
    }

    private static String idOf(ServiceInstance instance) {
        String id = instance.getInstanceId();
        return id == null ? instance.getUri().toString() : id;
    }
}
