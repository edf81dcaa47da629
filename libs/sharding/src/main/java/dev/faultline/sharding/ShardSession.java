package dev.faultline.sharding;

import java.sql.Connection;
import java.sql.SQLException;

import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The part of a transaction on one shard. The holder must not commit or roll back.
 *
 * @param connection the transaction's connection, for the outbox
 * @param jdbc a client on that connection
 */
public record ShardSession(ShardName shard, Connection connection, JdbcClient jdbc) {

    /** The exception that statements on {@link #jdbc} would throw. */
    public RuntimeException translated(String task, SQLException e) {
        return OpenTransaction.translate(task + " on " + shard, e);
    }
}
