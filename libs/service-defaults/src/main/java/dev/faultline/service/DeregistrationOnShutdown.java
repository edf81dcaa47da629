package dev.faultline.service;

import java.time.Duration;
import java.util.List;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.cloud.client.serviceregistry.AbstractAutoServiceRegistration;
import org.springframework.context.SmartLifecycle;

/**
 * Lets a service stop unnoticed: before anything else of it stops, it is taken from the registry, and it goes on serving
 * for a moment, for those who have not heard of that yet. Only then are consumers ended, is the web server closed to new
 * requests, and are those under way finished. By itself Spring Cloud deregisters last, and requests meet a closed door
 * until a health check fails.
 *
 * <p>
 * That moment is a bound and no proof: nobody tells when the last gateway has heard of it. Consul's watchers are told
 * within milliseconds; one that is held up for longer than {@code faultline.shutdown.leave-time} still sends requests,
 * and repeats those that may be repeated elsewhere. If Consul cannot be reached, its health checks have the same time.
 */
class DeregistrationOnShutdown implements SmartLifecycle {
    private static final Logger LOG = LoggerFactory.getLogger(DeregistrationOnShutdown.class);

    private final ObjectProvider<AbstractAutoServiceRegistration<?>> registrations;
    private final Duration leaveTime;
    private volatile boolean running;

    DeregistrationOnShutdown(ObjectProvider<AbstractAutoServiceRegistration<?>> registrations, Duration leaveTime) {
        if (leaveTime.isNegative() || leaveTime.compareTo(Duration.ofSeconds(10)) > 0) {
            throw new IllegalArgumentException("faultline.shutdown.leave-time must be from 0s to 10s");
        }
        this.registrations = registrations;
        this.leaveTime = leaveTime;
    }

    @Override
    public void start() {
        running = true;
    }

    @Override
    public void stop() {
        running = false;
        List<AbstractAutoServiceRegistration<?>> registered = registrations.stream().filter(
                AbstractAutoServiceRegistration::isRunning).toList();
        if (registered.isEmpty()) {
            return;
        }
        registered.forEach(DeregistrationOnShutdown::deregister);
        try {
            Thread.sleep(leaveTime);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void deregister(AbstractAutoServiceRegistration<?> registration) {
        try {
            registration.stop();
            LOG.info("Out of rotation; stopping");
        } catch (RuntimeException e) {
            LOG.warn("Stopping, though the registry could not be told: {}", e.toString());
        }
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    /** The last to start and the first to stop. */
    @Override
    public int getPhase() {
        return DEFAULT_PHASE;
    }
}
