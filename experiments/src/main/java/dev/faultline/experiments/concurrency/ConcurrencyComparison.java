package dev.faultline.experiments.concurrency;

import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

import dev.faultline.backing.FaultlineException;
import dev.faultline.backing.Progress;
import dev.faultline.experiments.Spread;
import dev.faultline.experiments.TemporaryPostgres;
import dev.faultline.sharding.ShardDatabase;

/** Sells the stock of one product to buyers who come at once, by each strategy. */
public final class ConcurrencyComparison {
    private static final int WARM_UP_BUYERS = 4;
    private static final int WARM_UP_STOCK = 100;

    private ConcurrencyComparison() {}

    /**
     * What to run.
     *
     * @param buyers how many buy at once; there is a sale by each strategy for each
     * @param stock  units of each sale
     * @param atMost how long a sale may take
     */
    public record Plan(List<Integer> buyers, int stock, Duration atMost) {
        public Plan {
            buyers = List.copyOf(buyers);
        }
    }

    /**
     * Starts a server, and deletes it afterwards.
     *
     * @param directory of the server's data, in a directory of its own
     * @throws FaultlineException if the server does not start, or a sale fails
     */
    public static ConcurrencyResult run(Path directory, Plan plan, Progress progress) {
        return TemporaryPostgres.run(directory, 1, progress, databases -> run(databases.all().getFirst(), plan,
                progress));
    }

    private static ConcurrencyResult run(ShardDatabase database, Plan plan, Progress progress) {
        var began = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
        createTables(database);
        progress.report("warm-up", WARM_UP_STOCK + " units by each strategy");
        for (Strategy strategy : Strategy.values()) {
            new SellingOut(database, strategy, WARM_UP_STOCK, plan.atMost).run(WARM_UP_BUYERS);
        }
        var sales = new ArrayList<ConcurrencyResult.Sale>();
        for (int buyers : plan.buyers) {
            for (Strategy strategy : Strategy.values()) {
                ConcurrencyResult.Sale sale = new SellingOut(database, strategy, plan.stock, plan.atMost).run(buyers);
                progress.report(buyers + " buyers", "%s: %d sold, %d of them oversold, p99 %s ms".formatted(strategy
                        .title(), sale.sold(), sale.oversold(), Spread.text(sale.latency().p99())));
                sales.add(sale);
            }
        }
        return new ConcurrencyResult(began, Runtime.getRuntime().availableProcessors(), plan.stock, (int) plan.atMost
                .toSeconds(), sales);
    }

    private static void createTables(ShardDatabase database) {
        try (var connection = DriverManager.getConnection(database.jdbcUrl(), database.user(), database.password());
                var statement = connection.createStatement()) {
            statement.execute(SellingOut.SCHEMA);
        } catch (SQLException e) {
            throw new FaultlineException("The tables cannot be created: " + e.getMessage(), e);
        }
    }
}
