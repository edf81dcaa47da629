package dev.faultline.protocols.schedules;

import java.util.function.Supplier;

/** An invariant that does not hold. Thrown where it is noticed, it ends the schedule. */
public final class Violation extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String invariant;
    private final String what;

    /**
     * @param invariant its name, such as {@code "agreement"}
     * @param details   what was seen instead
     */
    public Violation(String invariant, String details) {
        super(invariant + ": " + details, null, false, false);
        this.invariant = invariant;
        this.what = invariant + ": " + details;
    }

    /** @throws Violation unless the invariant holds */
    public static void unless(boolean holds, String invariant, Supplier<String> details) {
        if (!holds) {
            throw new Violation(invariant, details.get());
        }
    }

    public String invariant() {
        return invariant;
    }

    /** Which invariant, and what was seen instead. */
    public String what() {
        return what;
    }
}
