package dev.faultline.sharding;

import java.sql.Connection;

import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * A transaction's part on one shard. Commit and rollback are not the holder's business.
 *
 * @param connection in the transaction, for an outbox
 * @param jdbc over that connection
 */
public record ShardSession(ShardName shard, Connection connection, JdbcClient jdbc) {}
