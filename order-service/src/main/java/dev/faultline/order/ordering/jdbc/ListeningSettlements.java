package dev.faultline.order.ordering.jdbc;

import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

import dev.faultline.contracts.OrderId;
import dev.faultline.order.ordering.Orders;
import dev.faultline.order.ordering.Settlements;
import dev.faultline.sharding.ShardDatabase;
import dev.faultline.sharding.ShardDatabases;
import org.postgresql.PGConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.stereotype.Component;

/**
 * Hears of settled orders from PostgreSQL itself: the transaction that settles an order notifies, and each instance
 * listens on each shard. While a shard's line is down, waiters look for themselves once in a while.
 *
 * @see <a href="https://www.postgresql.org/docs/18/sql-notify.html">PostgreSQL: NOTIFY</a>
 */
@Component
class ListeningSettlements implements Settlements, DisposableBean {
    private static final Logger log = LoggerFactory.getLogger(ListeningSettlements.class);
    private static final int MOST_WAITING = 1_000;
    private static final long LOOK_EVERY_MS = 500;
    private static final int BLOCK_MS = 5_000;

    private final Orders orders;
    private final Semaphore places = new Semaphore(MOST_WAITING);
    private final ConcurrentHashMap<String, Set<CountDownLatch>> waiting = new ConcurrentHashMap<>();
    private final List<Thread> listeners = new ArrayList<>();

    ListeningSettlements(Orders orders, ShardDatabases databases) {
        this.orders = orders;
        databases.all().forEach(database -> listeners.add(Thread.ofVirtual().name("settlements-" + database.shard())
                .start(() -> keepListening(database))));
    }

    @Override
    public void await(OrderId id, Duration atMost) {
        if (!places.tryAcquire()) {
            return;
        }
        var news = new CountDownLatch(1);
        waiting.computeIfAbsent(id.value(), _ -> ConcurrentHashMap.newKeySet()).add(news);
        try {
            long deadline = System.nanoTime() + atMost.toNanos();
            // Looked at only now that the news can not be missed any more.
            while (!orders.isSettled(id)) {
                long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
                if (left <= 0 || news.await(Math.min(left, LOOK_EVERY_MS), TimeUnit.MILLISECONDS)) {
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            waiting.computeIfPresent(id.value(), (_, latches) -> {
                latches.remove(news);
                return latches.isEmpty() ? null : latches;
            });
            places.release();
        }
    }

    private void keepListening(ShardDatabase database) {
        while (!Thread.currentThread().isInterrupted()) {
            try {
                listen(database);
            } catch (SQLException e) {
                log.debug("Not listening on {} for the moment: {}", database.shard(), e.getMessage());
                pause();
            }
        }
    }

    private void listen(ShardDatabase database) throws SQLException {
        try (var connection = DriverManager.getConnection(database.jdbcUrl(), database.user(), database.password());
                var statement = connection.createStatement()) {
            statement.execute("listen order_settled");
            PGConnection postgres = connection.unwrap(PGConnection.class);
            while (!Thread.currentThread().isInterrupted()) {
                for (var notification : postgres.getNotifications(BLOCK_MS)) {
                    waiting.getOrDefault(notification.getParameter(), Set.of()).forEach(CountDownLatch::countDown);
                }
            }
        }
    }

    private static void pause() {
        try {
            Thread.sleep(LOOK_EVERY_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void destroy() {
        listeners.forEach(Thread::interrupt);
    }
}
