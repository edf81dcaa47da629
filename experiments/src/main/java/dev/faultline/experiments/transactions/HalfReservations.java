package dev.faultline.experiments.transactions;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import dev.faultline.backing.FaultlineException;
import dev.faultline.backing.Polling;
import dev.faultline.sharding.ShardDatabase;
import dev.faultline.sharding.ShardDatabases;
import org.jspecify.annotations.Nullable;

/**
 * A reader who sees orders that have one product and not the other: reserved on one shard when it was read, and not on the
 * other, although that was read later. It reads twenty times a second, so it sees a part only of those that there are. Thread-safe.
 */
final class HalfReservations implements AutoCloseable {
    private static final Duration PAUSE = Duration.ofMillis(50);

    private final List<Connection> connections = new ArrayList<>();
    private final Map<String, Long> firstSeen = new ConcurrentHashMap<>();
    private final Map<String, Long> lastSeen = new ConcurrentHashMap<>();
    private final Thread thread;
    private volatile boolean isClosed;
    private volatile @Nullable Exception failure;

    HalfReservations(ShardDatabases databases) {
        try {
            for (ShardDatabase database : databases.all()) {
                connections.add(DriverManager.getConnection(database.jdbcUrl(), database.user(), database.password()));
            }
        } catch (SQLException e) {
            throw new FaultlineException("The reader cannot connect: " + e.getMessage(), e);
        }
        thread = Thread.ofVirtual().name("half-reservations").start(this::run);
    }

    private void run() {
        try {
            while (!isClosed) {
                // There and back, because each protocol commits on another shard first.
                Set<String> before = reserved(connections.getFirst());
                before = look(before, reserved(connections.getLast()));
                look(before, reserved(connections.getFirst()));
                Polling.sleep(PAUSE);
            }
        } catch (SQLException | RuntimeException e) {
            failure = e;
        }
    }

    private Set<String> look(Set<String> before, Set<String> now) {
        long at = System.nanoTime();
        for (String order : before) {
            if (!now.contains(order)) {
                firstSeen.putIfAbsent(order, at);
                lastSeen.put(order, at);
            }
        }
        return now;
    }

    private static Set<String> reserved(Connection connection) throws SQLException {
        try (var query = connection.prepareStatement("select order_id from reservation where status = 'RESERVED'");
                var rows = query.executeQuery()) {
            var orders = new HashSet<String>();
            while (rows.next()) {
                orders.add(rows.getString(1));
            }
            return orders;
        }
    }

    /**
     * How many orders were seen in this state so far.
     *
     * @throws FaultlineException if it cannot read
     */
    int count() {
        check();
        return firstSeen.size();
    }

    /**
     * For how long this order was seen in this state; 0 if it was not.
     *
     * @throws FaultlineException if it cannot read
     */
    double milliseconds(String order) {
        check();
        return (lastSeen.getOrDefault(order, 0L) - firstSeen.getOrDefault(order, 0L)) / 1e6;
    }

    private void check() {
        if (failure != null) {
            throw new FaultlineException("The reader of half reservations failed: " + failure.getMessage(), failure);
        }
    }

    @Override
    public void close() {
        isClosed = true;
        try {
            thread.join();
            for (Connection connection : connections) {
                connection.close();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (SQLException e) {
            throw new FaultlineException("The reader cannot disconnect: " + e.getMessage(), e);
        }
    }
}
