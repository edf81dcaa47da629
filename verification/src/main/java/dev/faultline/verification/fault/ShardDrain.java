package dev.faultline.verification.fault;

import java.util.List;
import java.util.function.Consumer;

import dev.faultline.verification.Target;
import dev.faultline.verification.shards.ShardPlanning;

/**
 * Every service moves its buckets away from a shard, and back when the fault heals. Moves go on while the next faults are
 * injected: only the plan heals, and the services carry it out in the background.
 */
final class ShardDrain implements FaultKind {
    @Override
    public String name() {
        return "shard-drain";
    }

    @Override
    public List<String> targetsAmong(List<String> nodesAndRoles) {
        return nodesAndRoles.stream().filter(node -> node.matches("shard-\\d+(-0| primary)?")).toList();
    }

    @Override
    public boolean needsHealing() {
        return true;
    }

    @Override
    public void inject(Target target, String node) {
        String shard = node.replaceFirst("-[ab0]$", ""); // a server of a shard with a standby, or a pod
        plan(target, service -> service.drain(shard, false));
    }

    @Override
    public void heal(Target target, String node) {
        plan(target, service -> service.rebalance(false));
    }

    private static void plan(Target target, Consumer<ShardPlanning> plan) {
        for (String service : ShardPlanning.SERVICES.keySet()) {
            try (var planning = new ShardPlanning(target, service)) {
                plan.accept(planning);
            }
        }
    }
}
