package dev.faultline.gateway.balancing;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.loadbalancer.core.ServiceInstanceListSupplier;

/**
 * The instances of a service that are known now, shared by all routes to it: what one route finds out about an instance is
 * of use to the others. Thread-safe; a lock is taken only when their list has changed.
 */
final class Instances {
    private static final Logger log = LoggerFactory.getLogger(Instances.class);

    private final String service;
    private final ServiceInstanceListSupplier supplier;
    private final Outliers outliers;
    private final SlowStart slowStart;
    private final long window;
    private final InstanceMeters meters;
    private final LongSupplier nanoTime;
    private volatile Known known = new Known(List.of(), List.of());

    /** @param registered the list of which these are the instances, by identity */
    private record Known(List<ServiceInstance> registered, List<Instance> instances) {

        @SuppressWarnings("ReferenceEquality") // an equal list would only be read once more
        boolean isOf(List<ServiceInstance> other) {
            return registered == other;
        }
    }

    Instances(String service, ServiceInstanceListSupplier supplier, BalancingProperties settings,
            InstanceMeters meters, LongSupplier nanoTime) {
        this.service = service;
        this.supplier = supplier;
        this.outliers = new Outliers(settings.ejection());
        this.slowStart = new SlowStart(settings.slowStart(), () -> ThreadLocalRandom.current().nextDouble());
        this.window = settings.slowStart().toNanos();
        this.meters = meters;
        this.nanoTime = nanoTime;
    }

    String service() {
        return service;
    }

    long now() {
        return nanoTime.getAsLong();
    }

    double warmth(Instance instance) {
        return slowStart.warmth(instance, now());
    }

    /** All of them, in the order of discovery; empty if none has ever been known. */
    List<Instance> all() {
        Known present = known;
        return present.isOf(registered()) ? present.instances : refresh();
    }

    /** The same without waiting for a service that has had no instance yet. */
    List<Instance> allNow() {
        return supplier.get().next().toFuture().getNow(null) == null ? known.instances : all();
    }

    private List<ServiceInstance> registered() {
        List<ServiceInstance> registered = supplier.get().blockFirst();
        return registered == null ? List.of() : registered;
    }

    /** Asks again under the lock, so that no older list takes the place of a newer one. */
    private synchronized List<Instance> refresh() {
        List<ServiceInstance> registered = registered();
        Known before = known;
        if (!before.isOf(registered)) {
            known = new Known(registered, instances(registered, before.instances));
            meters.replace(service, before.instances, known.instances);
        }
        return known.instances;
    }

    /** Those that stay keep what is known of them. If none does, there is nobody to take load from the new ones. */
    private List<Instance> instances(List<ServiceInstance> registered, List<Instance> before) {
        boolean someStay = registered.stream().anyMatch(one -> find(one, before) != null);
        long since = someStay ? now() : now() - window;
        var instances = new ArrayList<Instance>();
        for (ServiceInstance one : registered) {
            Instance found = find(one, before);
            if (found == null) {
                instances.add(new Instance(one, since));
            } else {
                found.adopt(one);
                instances.add(found);
            }
        }
        return List.copyOf(instances);
    }

    private static @Nullable Instance find(ServiceInstance registered, List<Instance> among) {
        return among.stream().filter(instance -> instance.is(registered)).findFirst().orElse(null);
    }

    /**
     * Those among which a policy may choose: not the one that was tried if there is another one, none that is ejected if
     * there is another one, and new ones only sometimes.
     *
     * @return not empty, unless {@code all} is
     */
    List<Instance> eligible(List<Instance> all, @Nullable Instance tried) {
        long now = now();
        if (tried == null && areSettled(all, now)) {
            return all;
        }
        List<Instance> inRotation = outliers.inRotation(all, now);
        List<Instance> others = without(tried, inRotation);
        if (others.isEmpty()) {
            others = without(tried, all);
        }
        return others.isEmpty() ? all : slowStart.participants(others, now);
    }

    /** The usual case, without any allocation. */
    private boolean areSettled(List<Instance> all, long now) {
        for (int i = 0; i < all.size(); i++) {
            if (all.get(i).inRotation(now) < window || all.get(i).ejection().left(now) > 0) {
                return false;
            }
        }
        return true;
    }

    private static List<Instance> without(@Nullable Instance tried, List<Instance> instances) {
        return tried == null ? instances : instances.stream().filter(instance -> instance != tried).toList();
    }

    void completed(Instance instance, long begunAt, Outcome outcome) {
        switch (outcome) {
            case ANSWERED -> instance.succeeded();
            case ERROR -> failed(instance, begunAt, true);
            case NO_ANSWER -> failed(instance, begunAt, false);
            case DISCARDED -> {
                // says nothing
            }
        }
    }

    /** A request that began before the last ejection has had its effect: it was ejected. */
    private void failed(Instance instance, long begunAt, boolean answered) {
        instance.countFailure();
        if (instance.ejection().isAfter(begunAt)) {
            return;
        }
        instance.failed(answered);
        if (outliers.eject(instance, known.instances, now())) {
            log.warn("{} gets no requests for {} ms", instance.id(), instance.ejection().left(now()) / 1_000_000);
        }
    }
}
