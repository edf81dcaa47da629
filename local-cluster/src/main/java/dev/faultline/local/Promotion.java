package dev.faultline.local;

import java.time.Duration;
import java.util.Optional;

import dev.faultline.backing.DiscardedLog;
import dev.faultline.backing.Replication;
import org.jspecify.annotations.Nullable;

/**
 * A promotion that has been carried out.
 *
 * @param from      the old primary, which is a standby now
 * @param to        the new primary
 * @param discarded what only the old primary had; empty if it could not be measured
 * @param took      until both servers were running again
 */
public record Promotion(String from, String to, Replication.@Nullable Mode mode, Optional<DiscardedLog> discarded,
        Duration took) {

    /** One sentence for people. */
    public String text() {
        return to + " is the primary, and " + from + " its standby, after %.1f s. ".formatted(took.toMillis() / 1e3)
                + discarded.map(this::loss).orElse("What only " + from + " had could not be measured.");
    }

    private String loss(DiscardedLog log) {
        String transactions = log.transactions() == 1 ? "1 transaction"
                : "%,d transactions".formatted(log.transactions());
        String discarded = "%s in %,d bytes of log after %s ".formatted(transactions, log.bytes(), log.from());
        if (log.transactions() == 0) {
            return "Nothing is lost: " + discarded + "had not been received.";
        }
        return mode == Replication.Mode.SYNCHRONOUS
                ? "Nothing that was acknowledged is lost: " + discarded
                        + "had not been received, and not been acknowledged."
                : "LOST: " + discarded
                        + "had not been received, and may have been acknowledged. The old data is kept in "
                        + "data/" + from + "/data.fenced until the next promotion.";
    }
}
