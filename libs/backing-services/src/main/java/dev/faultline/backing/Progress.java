package dev.faultline.backing;

/** Receives progress messages, from several threads. */
@FunctionalInterface
public interface Progress {

    /** @param subject usually a node's name */
    void report(String subject, String what);
}
