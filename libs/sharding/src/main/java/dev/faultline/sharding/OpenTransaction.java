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

    /** Takes an array of bucket numbers. */
    static final String FENCE = "select fence_buckets(?)";
    private static final String NOT_OWNED = "FLB01";

    interface Connections {
        Connection to(ShardName shard) throws SQLException;
    }

    OpenTransaction(SortedMap<ShardName, SortedSet<Bucket>> buckets, Connections connections) {
        for (var entry : buckets.entrySet()) {
            try {
                ShardSession session = begin(entry.getKey(), connections);
                fence(session, entry.getValue());
                entry.getValue().forEach(bucket -> byBucket.put(bucket, session));
            } catch (SQLException e) {
                close();
                throw translateFenced(entry.getKey(), "begin", e);
            } catch (RuntimeException e) {
                close();
                throw e;
            }
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
        try (var statement = session.connection().prepareStatement(FENCE)) {
            statement.setObject(1, buckets.stream().mapToInt(Bucket::number).toArray());
            statement.execute();
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

    /** The exception for a statement that was sent with the fence. */
    static RuntimeException translateFenced(ShardName shard, String task, SQLException e) {
        return isNotOwned(e) ? new BucketMovedException(shard, e) : translate(task, e);
    }

    /** Whether the fence has failed because the shard does not own a bucket. */
    static boolean isNotOwned(SQLException e) {
        return NOT_OWNED.equals(e.getSQLState());
    }

    static RuntimeException translate(String task, SQLException e) {
        var translated = TRANSLATOR.translate(task, null, e);
        return translated != null ? translated
                : new org.springframework.jdbc.UncategorizedSQLException(task, null, e);
    }
}
