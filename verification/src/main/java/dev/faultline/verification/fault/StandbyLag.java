package dev.faultline.verification.fault;

import java.util.List;

import dev.faultline.verification.Target;

/**
 * A standby receives its primary's log and replays nothing: reads on it become ever older, until it catches up at once when
 * the fault heals. It also heals by the standby's restart or promotion.
 *
 * <p>
 * Its targets are roles only. Either server of a shard may be the standby at the time of the injection, and the primary
 * cannot lag.
 */
final class StandbyLag implements FaultKind {
    @Override
    public String name() {
        return "standby-lag";
    }

    @Override
    public List<String> targetsAmong(List<String> nodesAndRoles) {
        return nodesAndRoles.stream().filter(role -> role.endsWith(Roles.STANDBY)).toList();
    }

    @Override
    public boolean needsHealing() {
        return true;
    }

    @Override
    public void inject(Target target, String node) {
        target.lag(node);
    }

    @Override
    public void heal(Target target, String node) {
        target.resume(node);
    }
}
