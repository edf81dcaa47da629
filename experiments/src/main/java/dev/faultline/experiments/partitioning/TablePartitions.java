package dev.faultline.experiments.partitioning;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;

import dev.faultline.backing.FaultlineException;
import dev.faultline.backing.Polling;
import dev.faultline.experiments.BarChart;
import dev.faultline.experiments.BarChart.Bar;
import dev.faultline.experiments.BarChart.Group;
import dev.faultline.experiments.TemporaryPostgres;
import dev.faultline.experiments.lab.Description;
import dev.faultline.experiments.lab.Description.Source;
import dev.faultline.experiments.lab.Experiment;
import dev.faultline.experiments.lab.Lab;
import dev.faultline.experiments.lab.Traffic;
import dev.faultline.experiments.lab.Traffic.Request;
import dev.faultline.experiments.lab.TrafficChart;
import dev.faultline.experiments.lab.TrafficChart.Event;
import dev.faultline.experiments.partitioning.History.Leaving;
import dev.faultline.experiments.partitioning.History.Scan;
import org.springframework.dao.DataAccessException;

/** A year of orders as partitions by month, as partitions by region, and in one piece. */
public final class TablePartitions implements Experiment {
    private static final int PER_SECOND = 40;
    private static final Duration LENGTH = Duration.ofSeconds(5);
    private static final int BEGIN = 1;
    private static final Duration READING = Duration.ofSeconds(2);
    private static final double BLOCKED_MS = 1_000;
    private static final int LESS = 10;

    @Override
    public Description description() {
        return new Description("table-partitions", "Partitioning by range and by list",
                "A year of orders is partitioned by range, a month each, and by list, a region each. A query of one month or one region touches one partition. A month leaves by being detached: it writes less than a tenth of the log that deleting it would, gives its space back, and, detached concurrently, keeps no writer waiting, although somebody reads the year meanwhile.",
                "The same orders in one table: the query must read all of it, and a deleted month must cost log and leave its space behind. A query without the key must touch every partition. And a month that is detached without CONCURRENTLY must keep writers waiting for the reader.",
                List.of(new Source("PostgreSQL, Table Partitioning",
                        "https://www.postgresql.org/docs/18/ddl-partitioning.html"), new Source(
                                "PostgreSQL, ALTER TABLE, DETACH PARTITION",
                                "https://www.postgresql.org/docs/18/sql-altertable.html")),
                List.of("experiments/src/main/java/dev/faultline/experiments/partitioning/History.java",
                        "order-service/src/main/resources/db/migration/V3__open_and_completed_orders.sql",
                        "order-service/src/main/resources/db/migration/V4__months_leave.sql"),
                List.of("an index on placed in History.java: the query of a month is as cheap in one table then, and deleting the month costs more",
                        "a default partition in History.java: PostgreSQL refuses to detach concurrently, so completed_order is detached with a lock_timeout instead"));
    }

    @Override
    public void run(Lab lab) {
        TemporaryPostgres.run(lab.directory(), 1, lab.progress(), databases -> {
            try (var history = new History(databases.all().getFirst())) {
                lab.step("a year of orders, three times");
                history.create();
                scans(lab, history);
                leaving(lab, history);
                blocking(lab, history);
            }
            return true;
        });
    }

    private static void scans(Lab lab, History history) {
        Scan month = scan(lab, history, "a month, by month", History.BY_MONTH, History.ofMonth(6));
        Scan region = scan(lab, history, "a region, by region", History.BY_REGION, History.ofRegion("asia"));
        Scan whole = scan(lab, history, "a month, in one table", History.WHOLE, History.ofMonth(6));
        Scan other = scan(lab, history, "a region, by month", History.BY_MONTH, History.ofRegion("asia"));
        lab.picture("Pages that a query reads", "The sum of a month's orders, or of a region's, without an index.",
                BarChart.svg(List.of(new Group("the partition's key is asked for", List.of(bar("a month, by month",
                        month, "var(--blue)"), bar("a region, by region", region, "var(--blue)"))), new Group(
                                "there are no partitions, or the key is another", List.of(bar("a month, in one table",
                                        whole, "var(--bad)"), bar("a region, by month", other, "var(--bad)"))))));
        lab.claim("a query of one month touches one of %d partitions, and one of a region one of %d".formatted(
                History.MONTHS, History.REGIONS.size()), month.tables() == 1 && region.tables() == 1);
        lab.control("in one table, the query of a month reads %d pages instead of %d".formatted(whole.pages(), month
                .pages()), whole.pages() > month.pages() * History.MONTHS / 2);
        lab.control("a query without the key touches %d partitions".formatted(other.tables()), other
                .tables() == History.MONTHS);
    }

    private static Scan scan(Lab lab, History history, String what, String table, String condition) {
        Scan scan = history.scan(table, condition);
        lab.observe(what, "%d table%s, %d pages".formatted(scan.tables(), scan.tables() == 1 ? "" : "s", scan.pages()));
        return scan;
    }

    private static Bar bar(String label, Scan scan, String colour) {
        return new Bar(label, scan.pages(), "%d, of %d table%s".formatted(scan.pages(), scan.tables(), scan
                .tables() == 1 ? "" : "s"), colour);
    }

    private static void leaving(Lab lab, History history) {
        Leaving detached = leaving(lab, "detached and dropped", history.detachAndDrop(1));
        Leaving deleted = leaving(lab, "deleted", history.delete(1));
        lab.claim("a month that is detached and dropped writes less than a %dth of the log, and gives its space back"
                .formatted(LESS), detached.logBytes() * LESS < deleted.logBytes() && detached.after() < detached
                        .before());
        lab.control("a month that is deleted leaves its space behind, and %d KB of log".formatted(deleted.logBytes()
                / 1024), deleted.after() == deleted.before());
    }

    private static Leaving leaving(Lab lab, String how, Leaving month) {
        lab.observe("a month that is " + how, "%.0f ms, %d KB of log, %.1f MB before, %.1f MB after".formatted(month
                .ms(), month.logBytes() / 1024, month.before() / 1e6, month.after() / 1e6));
        return month;
    }

    private static void blocking(Lab lab, History history) {
        List<Request> concurrently = written(lab, history, 2, " concurrently");
        List<Request> plainly = written(lab, history, 3, "");
        lab.claim("no write failed, or waited for more than %.0f ms, while a month was detached concurrently".formatted(
                BLOCKED_MS / 2), Traffic.failed(concurrently) == 0 && longest(concurrently) < BLOCKED_MS / 2);
        lab.control("a write waited for %.0f ms while a month was detached without CONCURRENTLY".formatted(longest(
                plainly)), longest(plainly) > BLOCKED_MS);
    }

    private static double longest(List<Request> requests) {
        return requests.stream().mapToDouble(Request::tookMs).max().orElse(0);
    }

    /** Writes while a month is detached, which has to wait for somebody who reads the year. */
    private static List<Request> written(Lab lab, History history, int month, String how) {
        String title = "a month is detached" + how;
        lab.step("%d writes a second, somebody reads the year, and %s".formatted(PER_SECOND, title));
        Traffic writers = Traffic.start(PER_SECOND, LENGTH, number -> {
            try {
                history.insert(number);
            } catch (DataAccessException e) {
                throw new FaultlineException(String.valueOf(e.getMessage()), e);
            }
        });
        writers.sleepUntil(BEGIN);
        double from = writers.now();
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            history.whileItIsRead(() -> {
                var detached = CompletableFuture.runAsync(() -> history.detach(month, how), executor);
                Polling.sleep(READING);
                return detached;
            }).join();
        }
        double to = writers.now();
        List<Request> written = writers.await();
        lab.observe("writes while " + title, "p50 %.0f ms, longest %.0f ms, %d of %d failed".formatted(Traffic
                .percentile(written, 50), longest(written), Traffic.failed(written), written.size()));
        lab.picture("Writes while " + title, "Each dot is a write, by when it was due and how long it took.",
                TrafficChart.svg(written, List.of(new Event("the year is read", from, to))));
        return written;
    }
}
