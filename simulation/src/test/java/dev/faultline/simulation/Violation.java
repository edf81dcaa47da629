package dev.faultline.simulation;

/** @param invariant the name of the method of {@link Invariants} that found the violation */
record Violation(String invariant, String detail) {
    @Override
    public String toString() {
        return invariant + ": " + detail;
    }
}
