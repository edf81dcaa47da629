package dev.faultline.verification.fault;

import java.util.List;

import dev.faultline.verification.Target;

/** SIGKILL; the platform restarts the node. */
final class Kill implements FaultKind {
    @Override
    public String name() {
        return "kill";
    }

    @Override
    public List<String> targetsAmong(List<String> nodesAndRoles) {
        return nodesAndRoles;
    }

    @Override
    public boolean needsHealing() {
        return false;
    }

    @Override
    public void inject(Target target, String node) {
        target.kill(node);
    }

    @Override
    public void heal(Target target, String node) {
        // It heals by itself.
    }
}
