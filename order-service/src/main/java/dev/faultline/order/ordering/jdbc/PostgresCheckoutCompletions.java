package dev.faultline.order.ordering.jdbc;

import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

import dev.faultline.contracts.OrderId;
import dev.faultline.order.ordering.CheckoutCompletions;
import dev.faultline.order.ordering.Orders;
import dev.faultline.sharding.ShardDatabase;
import dev.faultline.sharding.ShardDatabases;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.stereotype.Component;

/**
 * Learns of completed orders from PostgreSQL: the transaction that completes an order sends a notification, and each
 * instance listens on each shard. So nothing polls, which would cost most when the platform is slowest: a waiting
 * request reads the order once at first, and once more whenever a lost connection is back, since notifications may have
 * been missed.
 *
 * @see <a href="https://www.postgresql.org/docs/18/sql-notify.html">PostgreSQL: NOTIFY</a>
 */
@Component
class ListeningCheckoutCompletions implements CheckoutCompletions, DisposableBean {
    private static final Logger log = LoggerFactory.getLogger(ListeningCheckoutCompletions.class);
    private static final int MOST_WAITING = 1_000;
    private static final long CONNECT_EVERY_MS = 500;
    /** After this much silence the connection is tested, so that one that died silently is detected. */
    private static final int SILENCE_MS = 5_000;
    private static final int ANSWER_WITHIN_S = 2;

    private final Orders orders;
    private final Semaphore places = new Semaphore(MOST_WAITING);
    private final ConcurrentHashMap<String, Set<Waiter>> waiting = new ConcurrentHashMap<>();
    private final List<Thread> listeners = new ArrayList<>();

    private static final class Waiter {
        private final Semaphore awakened = new Semaphore(0);
        private volatile boolean isComplete;

        void complete() {
            isComplete = true;
            awakened.release();
        }

        void readAgain() {
            awakened.release();
        }
    }

    ListeningCheckoutCompletions(Orders orders, ShardDatabases databases) {
        this.orders = orders;
        databases.all().forEach(database -> listeners.add(Thread.ofVirtual().name("settlements-" + database.shard())
                .start(() -> keepListening(database))));
    }

    @Override
    public void await(OrderId id, Duration atMost) {
        if (!places.tryAcquire()) {
            return;
        }
        var waiter = new Waiter();
        waiting.computeIfAbsent(id.value(), _ -> ConcurrentHashMap.newKeySet()).add(waiter);
        try {
            long deadline = System.nanoTime() + atMost.toNanos();
            // Read only now, when no notification can be missed any more.
            while (!waiter.isComplete && !orders.isComplete(id)) {
                if (!waiter.awakened.tryAcquire(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            waiting.computeIfPresent(id.value(), (_, waiters) -> {
                waiters.remove(waiter);
                return waiters.isEmpty() ? null : waiters;
            });
            places.release();
        }
    }

    private void keepListening(ShardDatabase database) {
        while (!Thread.currentThread().isInterrupted()) {
            try {
                listen(database);
            } catch (SQLException | RuntimeException e) { // whatever it is, requests are waiting
                log.debug("Not listening on {} for the moment: {}", database.shard(), e.getMessage());
                pause();
            }
        }
    }

    private void listen(ShardDatabase database) throws SQLException {
        try (var connection = DriverManager.getConnection(database.jdbcUrl(), database.user(), database.password());
                var statement = connection.createStatement()) {
            statement.execute("listen order_settled");
            waiting.values().forEach(waiters -> waiters.forEach(Waiter::readAgain));
            PGConnection postgres = connection.unwrap(PGConnection.class);
            while (!Thread.currentThread().isInterrupted()) {
                PGNotification[] news = postgres.getNotifications(SILENCE_MS);
                if (news.length == 0 && !connection.isValid(ANSWER_WITHIN_S)) {
                    throw new SQLException("the connection is dead");
                }
                for (var notification : news) {
                    waiting.getOrDefault(notification.getParameter(), Set.of()).forEach(Waiter::complete);
                }
            }
        }
    }

    private static void pause() {
        try {
            Thread.sleep(CONNECT_EVERY_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void destroy() {
        listeners.forEach(Thread::interrupt);
    }
}
