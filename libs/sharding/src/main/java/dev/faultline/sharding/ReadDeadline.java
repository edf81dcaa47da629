package dev.faultline.sharding;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

import javax.sql.DataSource;

import org.springframework.jdbc.datasource.DelegatingDataSource;

/**
 * The end of the time that a read has: two seconds, or less if its caller's {@link Deadline} is nearer, so that a client learns
 * that the primary does not answer. Writes have none: the outcome of one that was given up is unknown.
 */
final class ReadDeadline {
    private static final Duration LONGEST = Duration.ofSeconds(2);

    private final Deadline end = Deadline.current().left().compareTo(LONGEST) < 0 ? Deadline.current() : Deadline.in(
            LONGEST);

    /**
     * Limits what the server may take from now on. The pool sets the connection's own limit again when it is returned, or
     * closes it if the limit was exceeded.
     */
    Connection limit(Connection connection) throws SQLException {
        connection.setNetworkTimeout(Runnable::run, (int) Math.max(1, end.left().toMillis()));
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
