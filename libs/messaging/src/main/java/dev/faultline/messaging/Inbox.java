package dev.faultline.messaging;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;

/**
 * Deduplicates messages (the idempotent receiver pattern). A message's id is recorded in the transaction of its
 * effects, so that either both are committed or neither is.
 *
 * <p>
 * Scope: one database. A message with effects in several databases is claimed in each. Ids are deleted after {@code
 * faultline.messaging.inbox.retention}, which exceeds the retention of Kafka's topics, so every message that can be
 * redelivered is recognized.
 */
public final class Inbox {

    /**
     * Records the ids and returns those that are new. Blocks while a concurrent transaction claims one of them; that id
     * is new here only if the other transaction rolls back.
     *
     * @throws IllegalStateException if the connection is not in a transaction
     */
    public Set<UUID> claim(Connection transaction, Collection<UUID> ids) throws SQLException {
        if (transaction.getAutoCommit()) {
            throw new IllegalStateException("messages must be claimed in the transaction of their effects");
        }
        Set<UUID> fresh = HashSet.newHashSet(ids.size());
        if (ids.isEmpty()) {
            return fresh;
        }
        // Sorted, so that batches with common messages cannot deadlock.
        try (var insert = transaction.prepareStatement("""
                insert into inbox (message_id)
                select id from unnest(?::uuid[]) as id order by id
                on conflict do nothing returning message_id""")) {
            insert.setArray(1, transaction.createArrayOf("uuid", ids.toArray()));
            try (ResultSet rows = insert.executeQuery()) {
                while (rows.next()) {
                    fresh.add(rows.getObject(1, UUID.class));
                }
            }
        }
        return fresh;
    }
}
