package dev.faultline.protocols.crdt;

/**
 * A control: a counter that is a number. Merging adds, which is not idempotent.
 *
 * @param value the total so far
 */
record TotalOnly(int value) implements Crdt<TotalOnly> {

    @Override
    public TotalOnly merge(TotalOnly other) {
        return new TotalOnly(value + other.value);
    }

    @Override
    public String toString() {
        return Integer.toString(value);
    }
}
