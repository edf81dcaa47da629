package dev.faultline.verification.shards;

import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import dev.faultline.backing.FaultlineException;
import dev.faultline.backing.Polling;
import dev.faultline.backing.ServiceDatabase;

/**
 * What one service's database on one shard holds.
 *
 * @param buckets that it owns
 * @param copies buckets that it holds rows of without owning them
 * @param rows by PostgreSQL's statistics, which are late by some seconds
 * @param bytes of tables and indexes
 */
public record ShardStatistics(String shard, String service, long buckets, long copies, long rows, long bytes,
        double transactionsPerSecond) {
    private static final Duration INTERVAL = Duration.ofSeconds(2);
    private static final String QUERY = """
            select (select count(*) from bucket_ownership), (select count(*) from bucket_copy),
                   coalesce(sum(n_live_tup) filter (where relname not like 'bucket\\_%' and exists (
                       select from pg_attribute where attrelid = relid and attname = 'bucket')), 0),
                   coalesce(sum(pg_total_relation_size(relid)), 0),
                   (select xact_commit from pg_stat_database where datname = current_database())
            from pg_stat_user_tables""";

    private record Sample(long buckets, long copies, long rows, long bytes, long transactions) {}

    /**
     * Reads every database, and again two seconds later for the rate of transactions.
     *
     * @throws FaultlineException if a database cannot be read
     */
    public static List<ShardStatistics> of(List<ServiceDatabase> databases) {
        List<Sample> before = databases.stream().map(ShardStatistics::sample).toList();
        long begin = System.nanoTime();
        Polling.sleep(INTERVAL);
        double seconds = (System.nanoTime() - begin) / 1e9;
        var statistics = new ArrayList<ShardStatistics>();
        for (int i = 0; i < databases.size(); i++) {
            ServiceDatabase database = databases.get(i);
            Sample now = sample(database);
            statistics.add(new ShardStatistics(database.shard(), database.service(), now.buckets, now.copies, now.rows,
                    now.bytes, (now.transactions - before.get(i).transactions) / seconds));
        }
        return statistics;
    }

    private static Sample sample(ServiceDatabase database) {
        try (var connection = DriverManager.getConnection(database.jdbcUrl(), database.user(), database.password());
                var statement = connection.createStatement();
                var row = statement.executeQuery(QUERY)) {
            row.next();
            return new Sample(row.getLong(1), row.getLong(2), row.getLong(3), row.getLong(4), row.getLong(5));
        } catch (SQLException e) {
            throw new FaultlineException("The statistics of " + database + " cannot be read: " + e.getMessage()
                    + " See ./faultline status.", e);
        }
    }
}
