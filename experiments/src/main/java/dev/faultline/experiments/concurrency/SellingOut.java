package dev.faultline.experiments.concurrency;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import dev.faultline.backing.FaultlineException;
import dev.faultline.experiments.Spread;
import dev.faultline.experiments.concurrency.Attempt.Answer;
import dev.faultline.sharding.ShardDatabase;
import org.HdrHistogram.ConcurrentHistogram;

/** Buyers who buy one unit after the other until everything is sold, or the time is over. */
final class SellingOut {
    static final String SCHEMA = """
            create table stock (
                product int primary key,
                received int not null,
                available int not null check (available >= 0),
                version int not null
            ) with (fillfactor = 50);
            create table sale (
                id bigint generated always as identity primary key,
                product int not null,
                buyer int not null
            );
            create index sale_product on sale (product);""";
    private static final String CONFLICT = "40001";
    private static final long LONGEST_US = TimeUnit.MINUTES.toMicros(2);

    private final ShardDatabase database;
    private final Strategy strategy;
    private final int stock;
    private final Duration atMost;
    private final ConcurrentHistogram micros = new ConcurrentHistogram(LONGEST_US, 3);
    private final AtomicLong retries = new AtomicLong();

    SellingOut(ShardDatabase database, Strategy strategy, int stock, Duration atMost) {
        this.database = database;
        this.strategy = strategy;
        this.stock = stock;
        this.atMost = atMost;
    }

    ConcurrencyResult.Sale run(int buyers) {
        int[] units = strategy.units(stock);
        try (Connection connection = connect()) {
            receive(connection, units);
            long nanos = buy(buyers, units.length);
            return result(connection, buyers, nanos / 1e9);
        } catch (SQLException | CompletionException e) {
            throw new FaultlineException("The sale by \"" + strategy.title() + "\" failed: " + e.getMessage(), e);
        }
    }

    private Connection connect() throws SQLException {
        return DriverManager.getConnection(database.jdbcUrl(), database.user(), database.password());
    }

    private static void receive(Connection connection, int[] units) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute("truncate stock, sale");
        }
        try (var insert = connection.prepareStatement(
                "insert into stock select number, units, units, 0 from unnest(?) with ordinality as u(units, number)")) {
            insert.setObject(1, units);
            insert.executeUpdate();
        }
    }

    /** Returns how long it took, in nanoseconds. All buyers begin at once, when each has its connection. */
    private long buy(int buyers, int products) {
        var connected = new CountDownLatch(buyers);
        var begin = new CompletableFuture<Long>();
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            var all = new ArrayList<CompletableFuture<Void>>();
            for (int number = 1; number <= buyers; number++) {
                int buyer = number;
                all.add(CompletableFuture.runAsync(() -> {
                    try (Connection connection = connect()) {
                        connection.setTransactionIsolation(strategy.isolationLevel());
                        connection.setAutoCommit(strategy == Strategy.CONDITIONAL_UPDATE);
                        connected.countDown();
                        buyAll(connection, buyer, products, begin.join() + atMost.toNanos());
                    } catch (SQLException e) {
                        throw new CompletionException(e);
                    } finally {
                        connected.countDown(); // also if there is no connection, so that nobody waits for it
                    }
                }, executor));
            }
            connected.await();
            long began = System.nanoTime();
            begin.complete(began);
            all.forEach(CompletableFuture::join);
            return System.nanoTime() - began;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FaultlineException("Interrupted.", e);
        }
    }

    private void buyAll(Connection connection, int buyer, int products, long deadline) throws SQLException {
        for (int product = 1; product <= products; product++) {
            var attempt = new Attempt(connection, product, buyer);
            Answer answer = Answer.SOLD;
            while (answer == Answer.SOLD && System.nanoTime() < deadline) {
                answer = buyOne(attempt, deadline);
            }
        }
    }

    private Answer buyOne(Attempt attempt, long deadline) throws SQLException {
        long began = System.nanoTime();
        Answer answer = transact(attempt);
        while (answer == Answer.CONFLICT && System.nanoTime() < deadline) {
            retries.incrementAndGet();
            answer = transact(attempt);
        }
        if (answer == Answer.SOLD) {
            micros.recordValue(Math.min(LONGEST_US, (System.nanoTime() - began) / 1_000));
        }
        return answer;
    }

    private Answer transact(Attempt attempt) throws SQLException {
        Connection connection = attempt.connection();
        try {
            Answer answer = strategy.attempt(attempt);
            if (!connection.getAutoCommit()) {
                if (answer == Answer.SOLD) {
                    connection.commit();
                } else {
                    connection.rollback();
                }
            }
            return answer;
        } catch (SQLException e) {
            if (!CONFLICT.equals(e.getSQLState())) {
                throw e;
            }
            connection.rollback();
            return Answer.CONFLICT;
        }
    }

    private ConcurrencyResult.Sale result(Connection connection, int buyers, double seconds) throws SQLException {
        try (var query = connection.prepareStatement(
                """
                select coalesce(sum(sold), 0), coalesce(sum(received - available), 0),
                       coalesce(sum(greatest(sold - received, 0)), 0)
                from (select received, available,
                             (select count(*) from sale where sale.product = stock.product) as sold from stock) as s""");
                var row = query.executeQuery()) {
            row.next();
            long sold = row.getLong(1);
            long taken = strategy.isCounted() ? sold : row.getLong(2);
            long oversold = Math.max(row.getLong(3), sold - taken);
            return new ConcurrencyResult.Sale(strategy, buyers, stock, sold, taken, oversold, retries.get(), seconds,
                    sold / seconds, Spread.of(micros));
        }
    }
}
