package dev.faultline.service;

import java.time.Duration;
import java.util.List;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.cloud.client.serviceregistry.AbstractAutoServiceRegistration;
import org.springframework.context.SmartLifecycle;

/**
 * Deregisters a service before anything else of it stops, and keeps serving for a moment, for clients that have not
 * seen the change yet. Only then do consumers stop, the web server rejects new requests, and requests in flight
 * complete. Spring Cloud by itself deregisters last, so requests fail until a health check does.
 *
 * <p>
 * That moment is a bound, not a proof: nothing tells when the last gateway has seen the change. Consul notifies
 * watchers within milliseconds; a gateway delayed for longer than {@code faultline.shutdown.leave-time} still sends
 * requests, and retries them elsewhere if they are retryable. If Consul cannot be reached, its health checks have the
 * same time.
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
            LOG.info("Deregistered; stopping");
        } catch (RuntimeException e) {
            LOG.warn("Stopping without deregistration: {}", e.toString());
        }
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    /** Starts last and stops first. */
    @Override
    public int getPhase() {
        return DEFAULT_PHASE;
    }
}
