package dev.faultline.experiments.lab;

import dev.faultline.backing.FaultlineException;

/**
 * One idea of distributed systems, shown by a run on real parts or in a simulation: a hypothesis that the run can refute, and
 * a control that has to go wrong, because a check that cannot fail shows nothing.
 *
 * <p>
 * To add one, implement this interface, add it to {@link dev.faultline.experiments.catalogue.Experiments}, and write
 * {@code docs/ideas/NAME.md}.
 */
public interface Experiment {

    Description description();

    /** What has to run before it begins; it starts everything else itself. */
    default Stage stage() {
        return Stage.NOTHING;
    }

    /**
     * Takes less than two minutes on two cores, and undoes what it did to the platform, also when it is interrupted
     * ({@link dev.faultline.backing.Cleanup}).
     *
     * @throws FaultlineException if it cannot be carried out, which is no verdict
     */
    void run(Lab lab);
}
