package dev.faultline.gateway.balancing;

import java.util.Comparator;
import java.util.List;

/**
 * Takes instances out of rotation that fail while others do not, so that requests do not have to find out one by one. Errors
 * that all have, because they depend on the same thing, make none an outlier.
 *
 * @see <a href="https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/outlier">Envoy: outlier
 *      detection</a>
 */
final class Outliers {
    private final BalancingProperties.Ejection settings;

    Outliers(BalancingProperties.Ejection settings) {
        this.settings = settings;
    }

    /**
     * Ejects the instance, which has just failed, if it is an outlier.
     *
     * @return whether it did
     */
    boolean eject(Instance failed, List<Instance> all, long now) {
        if (all.size() < 2 || !isOutlier(failed, all) || !failed.ejection().begin(now, settings.time().toNanos(),
                settings.maxTime().toNanos())) {
            return false;
        }
        failed.forgetFailures();
        return true;
    }

    private boolean isOutlier(Instance failed, List<Instance> all) {
        return failed.unanswered() >= settings.consecutive() || failed.errorShare() - all.stream().filter(
                other -> other != failed).mapToDouble(Instance::errorShare).average().orElse(0) >= settings
                        .errorShare();
    }

    /**
     * Those that are not ejected. No more are than the configured share, and the last ones that were: the others return
     * early. If all were, none is, because then it is not they who fail.
     */
    List<Instance> inRotation(List<Instance> all, long now) {
        List<Instance> ejected = all.stream().filter(instance -> instance.ejection().left(now) > 0).sorted(Comparator
                .comparingLong((Instance instance) -> instance.ejection().left(now)).reversed()).toList();
        if (ejected.isEmpty() || ejected.size() == all.size()) {
            return all;
        }
        int most = Math.max(1, (int) (all.size() * settings.maxShare()));
        List<Instance> out = ejected.subList(0, Math.min(most, ejected.size()));
        return all.stream().filter(instance -> !out.contains(instance)).toList();
    }
}
