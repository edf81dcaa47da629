package dev.faultline.testing;

import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * The plans that the server executes in a database, with what each of them really read: also those of statements inside
 * functions, with the session settings and the parameters of the code under test.
 *
 * @see <a href="https://www.postgresql.org/docs/18/auto-explain.html">PostgreSQL: auto_explain</a>
 */
public final class ExecutedPlans {
    /** The driver has a statement prepared, and the server keeps its plan, after at most so many executions. */
    public static final int PREPARED_AFTER = 8;

    private static final List<String> SETTINGS = List.of("session_preload_libraries = 'auto_explain'",
            "auto_explain.log_min_duration = 0", "auto_explain.log_analyze = on", "auto_explain.log_timing = off",
            "auto_explain.log_buffers = on", "auto_explain.log_nested_statements = on",
            "auto_explain.log_parameter_max_length = 0");
    private static final Pattern ENTRY = Pattern.compile(
            "LOG:  duration: \\S+ ms  plan:\\R\\tQuery Text: ((?:.*\\R\\t)*?)"
                    + "(\\S.*\\(cost=.*\\R(?:\\t.*\\R)*)");
    private static final long MOST_ROWS_FILTERED = 100;
    private static final long MOST_PAGES = 200;
    private static final Pattern COSTS = Pattern.compile(" \\(cost=[^)]*\\)");

    private final Postgres server;
    private final Database superuser;

    private ExecutedPlans(Postgres server, Database superuser) {
        this.server = server;
        this.superuser = superuser;
    }

    /** Has the plans of every connection logged that is opened to the database from now on. */
    public static ExecutedPlans in(Postgres server, Database database) {
        Database superuser = database.asSuperuser();
        var plans = new ExecutedPlans(server, superuser);
        plans.execute(SETTINGS.stream().map(setting -> "alter database " + database.name() + " set " + setting)
                .toList());
        return plans;
    }

    /** Gives the planner the statistics of what is stored now. */
    public void vacuum() {
        execute(List.of("vacuum analyze"));
    }

    private void execute(List<String> statements) {
        try (var connection = DriverManager.getConnection(superuser.jdbcUrl(), superuser.user(),
                superuser.password()); var statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        } catch (SQLException e) {
            throw new IllegalStateException(statements + " failed in " + superuser.name(), e);
        }
    }

    /** Work that may fail. */
    @FunctionalInterface
    public interface Work {
        void run() throws Exception;
    }

    /** The plans of all statements that any such connection completes during the work. */
    public List<Plan> during(Work work) throws Exception {
        int begin = server.log().length();
        work.run();
        return ENTRY.matcher(server.log().substring(begin)).results().map(Plan::of).toList();
    }

    /**
     * An executed plan.
     *
     * @param nodes in PostgreSQL's text format, without estimates
     */
    public record Plan(String query, String nodes) {
        private static final Pattern SEQUENTIAL = Pattern.compile("Seq Scan on (\\S+)");
        private static final Pattern FILTERED = Pattern.compile("Rows Removed by (?:Join )?Filter: (\\d+)");
        private static final Pattern PAGES = Pattern.compile("Buffers: shared hit=(\\d+)(?: read=(\\d+))?"
                + "|Buffers: shared read=(\\d+)");

        private static Plan of(MatchResult entry) {
            return new Plan(entry.group(1).strip().replaceAll("\\s+", " "),
                    COSTS.matcher(entry.group(2).replace("\n\t", "\n")).replaceAll(""));
        }

        /**
         * What in this plan may grow with the database: tables that are read from one end to the other, rows that are read
         * and not wanted, and more pages than a few look-ups by an index need. Empty if there is nothing.
         *
         * @param bounded the tables that do not grow; those of the catalogue are none of the caller's business
         */
        public List<String> whatGrows(Set<String> bounded) {
            var found = new ArrayList<String>();
            SEQUENTIAL.matcher(nodes).results().map(scan -> scan.group(1))
                    .filter(table -> !bounded.contains(table) && !table.startsWith("pg_"))
                    .forEach(table -> found.add("reads all of " + table));
            long filtered = FILTERED.matcher(nodes).results().mapToLong(rows -> Long.parseLong(rows.group(1))).sum();
            if (filtered > MOST_ROWS_FILTERED) {
                found.add("reads " + filtered + " rows in vain");
            }
            // The first node's count includes those of the others.
            long pages = PAGES.matcher(nodes).results().findFirst().map(Plan::sum).orElse(0L);
            if (pages > MOST_PAGES) {
                found.add("reads " + pages + " pages");
            }
            return found;
        }

        private static long sum(MatchResult found) {
            long pages = 0;
            for (int group = 1; group <= found.groupCount(); group++) {
                pages += found.group(group) == null ? 0 : Long.parseLong(found.group(group));
            }
            return pages;
        }

        @Override
        public String toString() {
            return query + "\n" + nodes;
        }
    }
}
