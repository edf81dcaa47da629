package dev.faultline.verification.fault;

import java.util.List;

import dev.faultline.verification.Target;

/** SIGSTOP, later SIGCONT: the node is alive but does not respond, and resumes with a stale view of the world. */
final class Pause implements FaultKind {
    @Override
    public String name() {
        return "pause";
    }

    @Override
    public List<String> targetsAmong(List<String> nodesAndRoles) {
        return nodesAndRoles;
    }

    @Override
    public boolean needsHealing() {
        return true;
    }

    @Override
    public void inject(Target target, String node) {
        target.pause(node);
    }

    @Override
    public void heal(Target target, String node) {
        target.resume(node);
    }
}
