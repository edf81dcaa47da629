package dev.faultline.backing;

/** Told what happens while it happens; called from several threads. */
@FunctionalInterface
public interface Progress {

    /** @param subject mostly a node's name */
    void report(String subject, String what);
}
