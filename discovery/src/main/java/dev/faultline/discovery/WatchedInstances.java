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
 * The instances of one service as Consul's health checks see them, pushed here by a blocking query, so that an instance
 * is out of rotation as soon as Consul knows, and not when a cache expires.
 *
 * <p>
 * When Consul cannot answer, or says that no instance passes, the last known good instances stay: a list of possibly
 * dead instances is never worse than an empty one. Asking does not block; only the very first answer is waited for,
 * two seconds at most, and is then empty.
 */
public final class WatchedInstances implements ServiceInstanceListSupplier, DisposableBean {
    private static final Logger log = LoggerFactory.getLogger(WatchedInstances.class);
    private static final Duration WAIT = Duration.ofSeconds(30);
    private static final Duration FIRST_ANSWER = Duration.ofSeconds(2);
    private static final Duration PAUSE_AFTER_TROUBLE = Duration.ofMillis(500);

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
        return known.isEmpty() ? Mono.fromFuture(first, true).timeout(FIRST_ANSWER, Mono.just(List.of())).flux()
                .map(_ -> lastKnownGood) : Flux.just(known);
    }

    @Override
    public void destroy() {
        watcher.interrupt();
    }

    private void watch() {
        long index = 0;
        boolean troubled = false;
        while (!Thread.currentThread().isInterrupted()) {
            try {
                var answer = consul.watchPassing(service, index, WAIT);
                index = answer.index() < index ? 0 : answer.index();
                accept(answer.value());
                troubled = false;
            } catch (RuntimeException trouble) {
                if (!troubled && !Thread.currentThread().isInterrupted()) {
                    log.warn("Instances of {} cannot be watched, going on with {} known ones: {}", service,
                            lastKnownGood.size(), trouble.getMessage());
                }
                troubled = true;
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
            Thread.sleep(PAUSE_AFTER_TROUBLE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
