package dev.faultline.sharding;

import java.util.Optional;

import dev.faultline.discovery.FencingToken;
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
}
