package dev.faultline.sharding;

import java.io.UncheckedIOException;
import java.util.Optional;

import dev.faultline.discovery.FencingToken;
import dev.faultline.discovery.LeaderElection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Rejects writes of stale leaders. Each shard stores the highest token that it has seen of each role.
 *
 * <p>
 * The check locks the stored token until the transaction ends. A newer leader waits until the older one's transaction
 * has ended; an older leader that waited for a newer one is rejected. So the transactions of two leaders are
 * serialized.
 */
public final class FencingTokens {
    private static final Logger log = LoggerFactory.getLogger(FencingTokens.class);

    private FencingTokens() {}

    /**
     * Checks the token of a leader and stores it. The leader calls this in its transaction, on every shard that it
     * writes to, before any other write.
     *
     * @throws StaleLeaderException if the shard has seen a higher token; the caller must roll back
     */
    public static void check(ShardSession session, String role, FencingToken token) {
        JdbcClient jdbc = session.jdbc();
        // PostgreSQL locks the row even if the condition is false.
        Optional<Long> stored = jdbc.sql("""
                insert into fencing_token as seen (role, highest) values (?, ?)
                on conflict (role) do update set highest = excluded.highest where seen.highest <= excluded.highest
                returning highest""").params(role, token.number()).query(Long.class).optional();
        if (stored.isEmpty()) {
            long highest = jdbc.sql("select highest from fencing_token where role = ?").param(role).query(Long.class)
                    .single();
            throw new StaleLeaderException(session.shard(), role, token, new FencingToken(highest));
        }
    }

    /**
     * What a leader does whose token a shard has rejected: raises it above the rejecting one, if it still leads. That is so
     * if Consul has lost its state and tokens have restarted. Otherwise nothing changes.
     */
    public static void raise(LeaderElection election, StaleLeaderException rejection) {
        try {
            if (!election.raiseTokenAbove(rejection.highest())) {
                log.warn("Another instance leads: {}", rejection.getMessage());
            }
        } catch (UncheckedIOException e) {
            log.warn("{}; Consul is unavailable", rejection.getMessage());
        }
    }
}
