package dev.faultline.protocols.schedules;

/** Plays one schedule: sets nodes up, lets time pass, and checks the invariants. */
@FunctionalInterface
public interface Scenario {

    /** @throws Violation if an invariant does not hold */
    void play(Schedule schedule);
}
