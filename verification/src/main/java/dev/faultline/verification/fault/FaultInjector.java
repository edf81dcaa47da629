package dev.faultline.verification.fault;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

import dev.faultline.backing.FaultlineException;
import dev.faultline.verification.Target;

/** Injects faults and heals them. Thread-safe: a shutdown hook may heal what the main thread injected. */
public final class FaultInjector {
    private static final Duration RECOVERY = Duration.ofSeconds(90);
    private static final Duration POLL_INTERVAL = Duration.ofMillis(200);

    private record Active(FaultKind kind, String node) {}

    private final Target target;
    private final Set<Active> active = new LinkedHashSet<>();
    private boolean closed;

    public FaultInjector(Target target) {
        this.target = target;
    }

    /** @return the node's process before the fault; empty if there was none, or the injector is closed */
    public synchronized String inject(FaultKind kind, String node) {
        if (closed) {
            return "";
        }
        String process = node(node).orElseThrow(() -> new FaultlineException("There is no node " + node + " any more."))
                .process();
        if (kind.needsHealing()) {
            // Before the attempt, so that a fault that is only partly injected is healed too.
            active.add(new Active(kind, node));
        }
        kind.inject(target, node);
        return process;
    }

    /** Heals every active fault. Idempotent. */
    public synchronized void heal() {
        for (Active fault : List.copyOf(active)) {
            fault.kind().heal(target, fault.node());
            active.remove(fault);
        }
    }

    /** Heals every active fault, and ignores all later injections. */
    public synchronized void close() {
        closed = true;
        heal();
    }

    /**
     * @param before the process that {@link #inject} returned
     * @return whether the node was ready within 90 seconds, in a new process if it was killed
     */
    public boolean awaitRecovery(FaultKind kind, String node, String before) throws InterruptedException {
        long deadline = System.nanoTime() + RECOVERY.toNanos();
        while (!hasRecovered(kind, node, before)) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            Thread.sleep(POLL_INTERVAL);
        }
        return true;
    }

    private boolean hasRecovered(FaultKind kind, String name, String before) {
        return node(name).filter(node -> node.ready() && (kind.needsHealing() || !node.process().equals(before)))
                .isPresent();
    }

    /** Empty if it is gone: where a service is scaled, the number of its instances changes. */
    private Optional<Target.Node> node(String name) {
        return target.nodes().stream().filter(node -> node.name().equals(name)).findFirst();
    }
}
