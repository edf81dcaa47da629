package dev.faultline.simulation;

/** @param promise the name of the method of {@link Promises} that found it */
record BrokenPromise(String promise, String detail) {
    @Override
    public String toString() {
        return promise + ": " + detail;
    }
}
