package dev.faultline.experiments.partitioning;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.IntStream;

import com.zaxxer.hikari.HikariDataSource;
import dev.faultline.backing.FaultlineException;
import dev.faultline.sharding.ShardDatabase;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A year of orders in three tables: by month, by region, and in one piece. */
final class History implements AutoCloseable {
    static final int MONTHS = 12;
    static final List<String> REGIONS = List.of("africa", "america", "asia", "europe");
    static final String BY_MONTH = "by_month";
    static final String BY_REGION = "by_region";
    static final String WHOLE = "whole";
    private static final int ORDERS_OF_A_MONTH = 10_000;
    private static final int CONNECTIONS = 16;

    private final HikariDataSource database = new HikariDataSource();
    private final JdbcClient jdbc;

    History(ShardDatabase database) {
        this.database.setJdbcUrl(database.jdbcUrl());
        this.database.setUsername(database.user());
        this.database.setPassword(database.password());
        this.database.setMaximumPoolSize(CONNECTIONS);
        this.jdbc = JdbcClient.create(this.database);
    }

    void create() {
        String columns = " (id bigint not null, region text not null, placed date not null, total int not null, note text)";
        jdbc.sql("create table " + WHOLE + columns).update();
        jdbc.sql("create table " + BY_MONTH + columns + " partition by range (placed)").update();
        IntStream.rangeClosed(1, MONTHS).forEach(month -> jdbc.sql(
                "create table %s partition of %s for values from ('%s') to ('%s')"
                        .formatted(partition(month), BY_MONTH, day(month), day(month + 1))).update());
        jdbc.sql("create table " + BY_REGION + columns + " partition by list (region)").update();
        REGIONS.forEach(region -> jdbc.sql("create table %s_%s partition of %s for values in ('%s')".formatted(
                BY_REGION, region, BY_REGION, region)).update());
        for (String table : List.of(WHOLE, BY_MONTH, BY_REGION)) {
            for (int month = 1; month <= MONTHS; month++) {
                jdbc.sql("""
                        insert into %s
                        select n, (array['africa', 'america', 'asia', 'europe'])[1 + mod(n, 4)], ?::date + mod(n, 28)::int, n, repeat('x', 100)
                        from generate_series(1, ?) as n""".formatted(table)).params(day(month), ORDERS_OF_A_MONTH)
                        .update();
            }
            jdbc.sql("vacuum analyze " + table).update();
        }
    }

    private static String day(int month) {
        return month > MONTHS ? "2027-01-01" : "2026-%02d-01".formatted(month);
    }

    private static String partition(int month) {
        return "%s_%02d".formatted(BY_MONTH, month);
    }

    static String ofMonth(int month) {
        return "placed >= '%s' and placed < '%s'".formatted(day(month), day(month + 1));
    }

    static String ofRegion(String region) {
        return "region = '%s'".formatted(region);
    }

    /** @param tables that the plan has executed */
    record Scan(int tables, long pages) {}

    /** What a sum over these orders touches. */
    Scan scan(String table, String condition) {
        JsonNode plan = JsonMapper.shared().readTree(jdbc.sql(
                "explain (analyze, buffers, format json) select sum(total) from %s where %s"
                        .formatted(table, condition)).query(String.class).single()).get(0).get("Plan");
        var tables = new TreeSet<String>();
        plan.findValues("Relation Name").forEach(name -> tables.add(name.asString()));
        return new Scan(tables.size(), plan.get("Shared Hit Blocks").asLong() + plan.get("Shared Read Blocks")
                .asLong());
    }

    /** What a month costs that leaves, and what it leaves behind. */
    record Leaving(double ms, long logBytes, long before, long after) {}

    Leaving delete(int month) {
        return leaving(WHOLE, () -> jdbc.sql("delete from " + WHOLE + " where " + ofMonth(month)).update());
    }

    Leaving detachAndDrop(int month) {
        return leaving(BY_MONTH, () -> {
            detach(month, " concurrently");
            jdbc.sql("drop table " + partition(month)).update();
        });
    }

    private Leaving leaving(String table, Runnable action) {
        long before = size(table);
        String log = jdbc.sql("select pg_current_wal_insert_lsn()::text").query(String.class).single();
        long start = System.nanoTime();
        action.run();
        double ms = (System.nanoTime() - start) / 1e6;
        long bytes = jdbc.sql("select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), ?::pg_lsn)::bigint").param(log)
                .query(
                        Long.class).single();
        return new Leaving(ms, bytes, before, size(table));
    }

    /** With its partitions, if it has some. */
    private long size(String table) {
        return jdbc.sql("""
                select (pg_relation_size(oid) + (select coalesce(sum(pg_relation_size(inhrelid)), 0) from pg_inherits
                where inhparent = oid))::bigint from pg_class where oid = ?::regclass""").param(table).query(Long.class)
                .single();
    }

    /** @param how nothing, or {@code concurrently} */
    void detach(int month, String how) {
        jdbc.sql("alter table %s detach partition %s%s".formatted(BY_MONTH, partition(month), how)).update();
    }

    /** Of the last month. */
    void insert(long number) {
        jdbc.sql("insert into " + BY_MONTH + " values (?, 'europe', '2026-12-31', 1, '')").param(number).update();
    }

    /** Reads the year in a transaction that stays open during the action. */
    <T> T whileItIsRead(Supplier<T> action) {
        try (Connection connection = database.getConnection(); Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("select sum(total) from " + BY_MONTH);
            T result = action.get();
            connection.commit();
            return result;
        } catch (SQLException e) {
            throw new FaultlineException("The orders cannot be read: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        database.close();
    }
}
