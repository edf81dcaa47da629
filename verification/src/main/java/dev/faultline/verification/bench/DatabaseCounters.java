package dev.faultline.verification.bench;

import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import dev.faultline.backing.FaultlineException;
import dev.faultline.backing.ServiceDatabase;

/**
 * PostgreSQL's own statistics, summed over the shards. A server process reports its part at most once a second while it is
 * busy, and ten seconds after it has become idle.
 */
final class DatabaseCounters {
    private static final String QUERY = """
            select (select xact_commit + xact_rollback from pg_stat_database where datname = current_database()),
                   coalesce(sum(n_tup_ins), 0), coalesce(sum(n_tup_upd), 0), coalesce(sum(n_tup_hot_upd), 0),
                   coalesce(sum(n_tup_del), 0), pg_current_wal_insert_lsn() - '0/0'::pg_lsn
              from pg_stat_user_tables""";
    private static final List<String> COLUMNS = List.of("transactions", "rows inserted", "rows updated",
            "of them heap-only", "rows deleted");
    private static final int WAL_COLUMN = 6;

    private DatabaseCounters() {}

    /** By name, for example {@code orders: transactions}; the log is that of all databases. */
    static Map<String, Double> read(List<ServiceDatabase> databases) {
        var counters = new LinkedHashMap<String, Double>();
        var logs = new LinkedHashMap<String, Double>();
        databases.forEach(database -> read(database, counters, logs));
        counters.put("WAL bytes", logs.values().stream().mapToDouble(d -> d).sum());
        return counters;
    }

    private static void read(ServiceDatabase database, Map<String, Double> counters, Map<String, Double> logs) {
        try (var connection = DriverManager.getConnection(database.jdbcUrl(), database.user(), database.password());
                var statement = connection.createStatement();
                var row = statement.executeQuery(QUERY)) {
            row.next();
            for (int column = 0; column < COLUMNS.size(); column++) {
                counters.merge(database.service() + ": " + COLUMNS.get(column), row.getDouble(column + 1),
                        Double::sum);
            }
            logs.put(database.shard(), row.getDouble(WAL_COLUMN));
        } catch (SQLException e) {
            throw new FaultlineException("The statistics of " + database + " cannot be read: " + e.getMessage()
                    + " See ./faultline status.", e);
        }
    }
}
