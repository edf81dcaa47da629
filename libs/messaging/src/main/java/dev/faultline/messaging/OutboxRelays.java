package dev.faultline.messaging;

import java.util.List;

import org.springframework.context.SmartLifecycle;

/**
 * The relays of a service's databases. They start before consumers and the web server, which write messages, and stop
 * after them.
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
