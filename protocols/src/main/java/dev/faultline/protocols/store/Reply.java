package dev.faultline.protocols.store;

/**
 * @param serial the request's
 * @param value  the value after the command
 */
public record Reply(int serial, int value) {

    @Override
    public String toString() {
        return Integer.toString(value);
    }
}
