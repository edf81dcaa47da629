package dev.faultline.messaging;

import java.util.List;

import org.springframework.context.SmartLifecycle;

/**
 * The relays of all databases of a service. They start before anything that may write a message, such as consumers and the
 * web server, and stop after it.
 */
public final class OutboxRelays implements SmartLifecycle {
    private final List<OutboxRelay> relays;
    private volatile boolean running;

    OutboxRelays(List<OutboxRelay> relays) {
        this.relays = List.copyOf(relays);
    }

    public List<OutboxRelay> all() {
        return relays;
    }

    @Override
    public void start() {
        relays.forEach(OutboxRelay::start);
        running = true;
    }

    @Override
    public void stop() {
        relays.parallelStream().forEach(OutboxRelay::stop);
        running = false;
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return 0;
    }
}
