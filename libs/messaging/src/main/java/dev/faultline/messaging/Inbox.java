package dev.faultline.messaging;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;

/**
 * Which messages a database has seen: the idempotent receiver. An id is recorded in the transaction that holds the
 * message's effects, so both are there or neither is.
 *
 * <p>
 * Scope: one database. A message whose effects lie in several databases is claimed in each. Ids are forgotten after
 * {@code faultline.messaging.inbox.retention}, which is longer than Kafka keeps the message: one that can still be
 * redelivered is still known.
 */
public final class Inbox {

    /**
     * Those of these ids that are seen for the first time. Waits for a concurrent transaction that claims one of them:
     * the id is then new here only if that one rolls back.
     *
     * @throws IllegalStateException if the connection is in no transaction
     */
    public Set<UUID> claim(Connection transaction, Collection<UUID> ids) throws SQLException {
        if (transaction.getAutoCommit()) {
            throw new IllegalStateException("messages are claimed in the transaction of their effects; there is none");
        }
        Set<UUID> fresh = HashSet.newHashSet(ids.size());
        if (ids.isEmpty()) {
            return fresh;
        }
        // In one order, so that two batches which share messages cannot deadlock.
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
