package dev.faultline.sharding;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;
import org.springframework.jdbc.support.SQLStateSQLExceptionTranslator;

/** A transaction in progress: begun on each of its shards, in name order, with its buckets locked against moves. */
final class OpenTransaction implements ShardTransaction, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(OpenTransaction.class);
    private static final SQLStateSQLExceptionTranslator TRANSLATOR = new SQLStateSQLExceptionTranslator();

    private final SortedMap<ShardName, ShardSession> sessions = new TreeMap<>();
    private final Map<Bucket, ShardSession> byBucket = new HashMap<>();

    interface Connections {
        Connection to(ShardName shard) throws SQLException;
    }

    OpenTransaction(SortedMap<ShardName, SortedSet<Bucket>> buckets, Connections connections) {
        try {
            for (var entry : buckets.entrySet()) {
                ShardSession session = begin(entry.getKey(), connections);
                fence(session, entry.getValue());
                entry.getValue().forEach(bucket -> byBucket.put(bucket, session));
            }
        } catch (SQLException e) {
            close();
            throw translate("begin", e);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private ShardSession begin(ShardName shard, Connections connections) throws SQLException {
        Connection connection = connections.to(shard);
        var session = new ShardSession(shard, connection,
                JdbcClient.create(new SingleConnectionDataSource(connection, true)));
        sessions.put(shard, session);
        connection.setAutoCommit(false);
        return session;
    }

    /** Locks the buckets against moves until the transaction ends. */
    private static void fence(ShardSession session, SortedSet<Bucket> buckets) throws SQLException {
        try (var statement = session.connection().prepareStatement("select fence_buckets(?)")) {
            statement.setObject(1, buckets.stream().mapToInt(Bucket::number).toArray());
            try (var result = statement.executeQuery()) {
                result.next();
                var missing = (Integer[]) result.getArray(1).getArray();
                if (missing.length > 0) {
                    throw new BucketMovedException(session.shard(), "buckets " + java.util.Arrays.toString(missing));
                }
            }
        }
    }

    @Override
    public ShardSession on(Bucket bucket) {
        ShardSession session = byBucket.get(bucket);
        if (session == null) {
            throw new IllegalArgumentException("the transaction was not opened for " + bucket);
        }
        return session;
    }

    @Override
    public Collection<ShardSession> sessions() {
        return Collections.unmodifiableCollection(sessions.values());
    }

    /** Rolls back unless committed, and returns the connections to their pools. */
    @Override
    public void close() {
        for (ShardSession session : sessions.values()) {
            try (Connection connection = session.connection()) {
                if (!connection.getAutoCommit()) {
                    connection.rollback();
                    connection.setAutoCommit(true);
                }
            } catch (SQLException e) {
                log.debug("Rollback on {} failed; the server rolls back when it closes the connection", session.shard(),
                        e);
            }
        }
    }

    static RuntimeException translate(String task, SQLException e) {
        var translated = TRANSLATOR.translate(task, null, e);
        return translated != null ? translated
                : new org.springframework.jdbc.UncategorizedSQLException(task, null, e);
    }
}
