package dev.faultline.service;

import java.time.Duration;
import java.util.List;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.cloud.client.serviceregistry.AbstractAutoServiceRegistration;
import org.springframework.context.SmartLifecycle;

/**
 * Deregisters a service before any other part of it stops, and keeps serving for a drain period, for clients that have
 * not seen the change yet. Then consumers stop, the web server rejects new requests, and in-flight requests complete.
 * Spring Cloud alone deregisters last, so requests fail until a health check does.
 *
 * <p>
 * The drain period is a heuristic, because no one reports that the last gateway has seen the change. Consul notifies
 * watchers within milliseconds; a gateway that is delayed for longer than {@code faultline.shutdown.drain-period} still
 * sends requests, and retries the retryable ones on another instance. If Consul is unreachable, its health checks have
 * the same time to fail.
 */
class DeregistrationOnShutdown implements SmartLifecycle {
    private static final Logger LOG = LoggerFactory.getLogger(DeregistrationOnShutdown.class);

    private final ObjectProvider<AbstractAutoServiceRegistration<?>> registrations;
    private final Duration drainPeriod;
    private volatile boolean running;

    DeregistrationOnShutdown(ObjectProvider<AbstractAutoServiceRegistration<?>> registrations, Duration drainPeriod) {
        if (drainPeriod.isNegative() || drainPeriod.compareTo(Duration.ofSeconds(10)) > 0) {
            throw new IllegalArgumentException("faultline.shutdown.drain-period must be from 0s to 10s");
        }
        this.registrations = registrations;
        this.drainPeriod = drainPeriod;
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
            Thread.sleep(drainPeriod);
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
