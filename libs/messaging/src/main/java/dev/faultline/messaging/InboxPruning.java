package dev.faultline.messaging;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes the ids of messages that can no longer be redelivered. Every instance runs this; instances skip each other's
 * locked rows.
 */
final class InboxPruning implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(InboxPruning.class);
    private static final int MAX_BATCHES = 100;

    private final List<OutboxDatabase> databases;
    private final MessagingProperties.Inbox properties;
    private final ScheduledExecutorService scheduler;

    InboxPruning(List<OutboxDatabase> databases, MessagingProperties.Inbox properties) {
        this.databases = databases;
        this.properties = properties;
        this.scheduler = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon().name("inbox-pruning").factory());
        long interval = properties.pruneInterval().toMillis();
        var _ = scheduler.scheduleWithFixedDelay(this::prune, ThreadLocalRandom.current().nextLong(interval), interval,
                TimeUnit.MILLISECONDS);
    }

    void prune() {
        for (OutboxDatabase database : databases) {
            try {
                prune(database);
            } catch (SQLException | RuntimeException e) {
                LOG.warn("Pruning the inbox of {} failed and will be retried: {}", database, e.toString());
            }
        }
    }

    private void prune(OutboxDatabase database) throws SQLException {
        try (Connection connection = DriverManager.getConnection(database.jdbcUrl(), database.user(),
                database.password()); var delete = connection.prepareStatement("""
                        delete from inbox where message_id in (
                            select message_id from inbox where received_at < now() - make_interval(secs => ?)
                            limit ? for update skip locked)""")) {
            delete.setDouble(1, (double) properties.retention().toSeconds());
            delete.setInt(2, properties.pruneBatch());
            int batches = 0;
            while (delete.executeUpdate() == properties.pruneBatch() && ++batches < MAX_BATCHES) {
                // continue while batches are full
            }
        }
    }

    @Override
    public void close() {
        scheduler.shutdownNow();
    }
}
