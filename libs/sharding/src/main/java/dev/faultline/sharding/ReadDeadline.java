package dev.faultline.sharding;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

import javax.sql.DataSource;

import org.springframework.jdbc.datasource.DelegatingDataSource;

/**
 * The end of the time that a read has. It is well below what a gateway waits for a service (2.4 s), so that a
 * client learns that the primary does not answer even on a busy machine. Writes have none: the outcome of one that was given up
 * is unknown.
 */
final class ReadDeadline {
    private static final Duration LIMIT = Duration.ofSeconds(2);

    private final long end = System.nanoTime() + LIMIT.toNanos();

    /**
     * Limits what the server may take from now on. The pool sets the connection's own limit again when it is returned, or
     * closes it if the limit was exceeded.
     */
    Connection limit(Connection connection) throws SQLException {
        long leftMs = (end - System.nanoTime()) / 1_000_000;
        connection.setNetworkTimeout(Runnable::run, (int) Math.max(1, leftMs));
        return connection;
    }

    DataSource limit(DataSource pool) {
        return new DelegatingDataSource(pool) {
            @Override
            public Connection getConnection() throws SQLException {
                return limit(super.getConnection());
            }
        };
    }
}
