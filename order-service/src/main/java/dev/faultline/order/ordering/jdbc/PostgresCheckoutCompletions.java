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
import dev.faultline.sharding.ShardDatabase;
import dev.faultline.sharding.ShardDatabases;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.stereotype.Component;

/**
 * Completion notifications by PostgreSQL: the transaction that completes orders sends one notification of them, and each
 * instance listens on each shard. Nothing polls, which would cost most under overload. A waiting request reads its order
 * when it is completed, and after each reconnect, because notifications may have been missed.
 *
 * @see <a href="https://www.postgresql.org/docs/18/sql-notify.html">PostgreSQL: NOTIFY</a>
 */
@Component
class PostgresCheckoutCompletions implements CheckoutCompletions, DisposableBean {
    private static final Logger log = LoggerFactory.getLogger(PostgresCheckoutCompletions.class);
    private static final int MAX_WAITERS = 1_000;
    private static final long RECONNECT_DELAY_MS = 500;
    /** An idle connection is tested this often, to detect a broken one. */
    private static final int IDLE_CHECK_MS = 5_000;
    private static final int VALIDATION_TIMEOUT_S = 2;

    private final Semaphore permits = new Semaphore(MAX_WAITERS);
    private final ConcurrentHashMap<String, Set<Waiter>> waiters = new ConcurrentHashMap<>();
    private final List<Thread> listeners = new ArrayList<>();

    private static final Subscription FULL = new Subscription() {
        @Override
        public boolean await(Duration timeout) {
            return false;
        }

        @Override
        public void close() {
            // has no permit
        }
    };

    private final class Waiter implements Subscription {
        private final String order;
        private final Semaphore wakeUps = new Semaphore(0);

        Waiter(OrderId order) {
            this.order = order.value();
        }

        void wakeUp() {
            wakeUps.release();
        }

        @Override
        public boolean await(Duration timeout) {
            try {
                if (!wakeUps.tryAcquire(timeout.toNanos(), TimeUnit.NANOSECONDS)) {
                    return false;
                }
                wakeUps.drainPermits();
                return true;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }

        @Override
        public void close() {
            waiters.computeIfPresent(order, (_, ofOrder) -> {
                ofOrder.remove(this);
                return ofOrder.isEmpty() ? null : ofOrder;
            });
            permits.release();
        }
    }

    PostgresCheckoutCompletions(ShardDatabases databases) {
        databases.all().forEach(database -> listeners.add(Thread.ofVirtual().name("checkout-completions-" + database
                .shard())
                .start(() -> listenForever(database))));
    }

    @Override
    public Subscription subscribe(OrderId id) {
        if (!permits.tryAcquire()) {
            return FULL;
        }
        var waiter = new Waiter(id);
        waiters.compute(id.value(), (_, ofOrder) -> {
            Set<Waiter> all = ofOrder == null ? ConcurrentHashMap.newKeySet() : ofOrder;
            all.add(waiter);
            return all;
        });
        return waiter;
    }

    private void listenForever(ShardDatabase database) {
        while (!Thread.currentThread().isInterrupted()) {
            try {
                listen(database);
            } catch (SQLException | RuntimeException e) { // the listener must survive any failure
                log.debug("Lost the listening connection to {}; reconnecting: {}", database.shard(), e.getMessage());
                pause();
            }
        }
    }

    private void listen(ShardDatabase database) throws SQLException {
        try (var connection = DriverManager.getConnection(database.jdbcUrl(), database.user(), database.password());
                var statement = connection.createStatement()) {
            statement.execute("listen order_completed");
            waiters.values().forEach(ofOrder -> ofOrder.forEach(Waiter::wakeUp));
            PGConnection postgres = connection.unwrap(PGConnection.class);
            while (!Thread.currentThread().isInterrupted()) {
                PGNotification[] notifications = postgres.getNotifications(IDLE_CHECK_MS);
                if (notifications.length == 0 && !connection.isValid(VALIDATION_TIMEOUT_S)) {
                    throw new SQLException("the connection is dead");
                }
                for (PGNotification notification : notifications) {
                    for (String order : notification.getParameter().split(" ", -1)) {
                        waiters.getOrDefault(order, Set.of()).forEach(Waiter::wakeUp);
                    }
                }
            }
        }
    }

    private static void pause() {
        try {
            Thread.sleep(RECONNECT_DELAY_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void destroy() {
        listeners.forEach(Thread::interrupt);
    }
}
