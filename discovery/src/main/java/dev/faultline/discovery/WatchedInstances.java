package dev.faultline.discovery;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.loadbalancer.core.ServiceInstanceListSupplier;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A service's healthy instances, watched by a blocking query on Consul, so that an unhealthy instance leaves rotation
 * as soon as Consul knows, not when a cache expires.
 *
 * <p>
 * While Consul is unavailable, or reports no healthy instance, the last known good instances stay in use: instances
 * that may be down are never worse than none. Only a request before the first result waits, for at most two seconds,
 * and then gets an empty list.
 */
public final class WatchedInstances implements ServiceInstanceListSupplier, DisposableBean {
    private static final Logger log = LoggerFactory.getLogger(WatchedInstances.class);
    private static final Duration WATCH_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration FIRST_RESULT_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration RETRY_DELAY = Duration.ofMillis(500);

    private final Consul consul;
    private final String service;
    private final CompletableFuture<List<ServiceInstance>> first = new CompletableFuture<>();
    private final Thread watcher;
    private volatile List<ServiceInstance> lastKnownGood = List.of();

    public WatchedInstances(Consul consul, String service) {
        this.consul = consul;
        this.service = service;
        this.watcher = Thread.ofVirtual().name("instances-of-" + service).start(this::watch);
    }

    @Override
    public String getServiceId() {
        return service;
    }

    @Override
    public Flux<List<ServiceInstance>> get() {
        List<ServiceInstance> known = lastKnownGood;
        return known.isEmpty() ? Mono.fromFuture(first, true).timeout(FIRST_RESULT_TIMEOUT, Mono.just(List.of())).flux()
                .map(_ -> lastKnownGood) : Flux.just(known);
    }

    /** The instances that are known now; does not wait for the first result. */
    public List<ServiceInstance> known() {
        return lastKnownGood;
    }

    @Override
    public void destroy() {
        watcher.interrupt();
    }

    private void watch() {
        long index = 0;
        boolean failing = false;
        while (!Thread.currentThread().isInterrupted()) {
            try {
                var result = consul.watchPassing(service, index, WATCH_TIMEOUT);
                index = result.index() < index ? 0 : result.index();
                accept(result.value());
                failing = false;
            } catch (RuntimeException e) {
                if (!failing && !Thread.currentThread().isInterrupted()) {
                    log.warn("Cannot watch the instances of {}; keeping the {} known ones: {}", service,
                            lastKnownGood.size(), e.getMessage());
                }
                failing = true;
                pause();
            }
        }
    }

    private void accept(List<ServiceInstance> passing) {
        if (passing.isEmpty()) {
            return;
        }
        if (!passing.equals(lastKnownGood)) {
            log.info("Instances of {}: {}", service, passing.stream().map(ServiceInstance::getInstanceId).toList());
        }
        lastKnownGood = passing;
        first.complete(passing);
    }

    private static void pause() {
        try {
            Thread.sleep(RETRY_DELAY);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
