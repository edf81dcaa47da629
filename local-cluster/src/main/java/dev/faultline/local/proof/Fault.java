package dev.faultline.local.proof;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/**
 * Something that is made to go wrong.
 *
 * @param target a node's name, or a role that some node has at that moment
 * @param at     since the load began, at the earliest: one that finds another not yet healed waits for it
 * @param lasts  until it is taken back; zero where the supervisor heals it by itself
 */
public record Fault(Kind kind, String target, Duration at, Duration lasts) {

    /** How it goes wrong; by these names on the command line. */
    public enum Kind {
        /** kill -9; the supervisor starts the node again. */
        KILL("kill"),
        /** SIGSTOP, and later SIGCONT: the node is not dead, which no one can tell. */
        PAUSE("pause"),
        /** The acquirer answers half of its requests late. */
        SLOW("acquirer-slow"),
        /** The acquirer fails half of its requests before anything is done. */
        FAILING("acquirer-failing"),
        /** The acquirer does what it is asked, and does not answer half of its requests in time. */
        TIMEOUT("acquirer-timeout");

        private final String option;

        Kind(String option) {
            this.option = option;
        }

        public String option() {
            return option;
        }

        static List<String> options() {
            return Arrays.stream(values()).map(Kind::option).toList();
        }

        boolean isOfNodes() {
            return this == KILL || this == PAUSE;
        }
    }

    @Override
    public String toString() {
        return kind.option() + " " + target + (lasts.isZero() ? "" : " for %.1f s".formatted(lasts.toMillis() / 1e3));
    }
}
