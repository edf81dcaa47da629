package dev.faultline.sharding;

import java.util.Optional;

import dev.faultline.discovery.FencingToken;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * What a shard knows of the leaders of a role, and refuses the old ones by.
 *
 * <p>
 * Each shard keeps the highest token that it has seen. The check holds a lock on it until the transaction ends: a leader
 * in the middle of its work keeps a newer one waiting, and finishes before it; an older one that waits for a newer is
 * refused when that has committed. So the effects of two leaders never mix.
 */
public final class FencingTokens {
    private FencingTokens() {}

    /**
     * Admits a leader's transaction. To be called in it before anything else is written, on every shard that it writes
     * to.
     *
     * @throws StaleLeaderException if the shard has seen a higher token; the transaction is to be rolled back
     */
    public static void admit(ShardSession session, String role, FencingToken token) {
        JdbcClient jdbc = session.jdbc();
        // PostgreSQL locks the row also when the condition does not hold.
        Optional<Long> admitted = jdbc.sql("""
                insert into fencing_token as seen (role, highest) values (?, ?)
                on conflict (role) do update set highest = excluded.highest where seen.highest <= excluded.highest
                returning highest""").params(role, token.number()).query(Long.class).optional();
        if (admitted.isEmpty()) {
            long highest = jdbc.sql("select highest from fencing_token where role = ?").param(role).query(Long.class)
                    .single();
            throw new StaleLeaderException(session.shard(), role, token, new FencingToken(highest));
        }
    }
}
