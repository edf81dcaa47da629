package dev.faultline.experiments.transactions;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

import dev.faultline.sharding.Shards;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * All rows of both shards, and what is in flight.
 *
 * @param inFlight prepared transactions and sagas that are not complete
 */
record Ledger(List<Stock> stock, List<Line> lines, long inFlight) {

    record Stock(String sku, int available, int reserved) {}

    /** A row of a reservation. */
    record Line(String order, String sku, boolean isReserved) {}

    static Ledger read(Shards shards) {
        List<Stock> stock = readAll(shards, jdbc -> jdbc.sql("select sku, available, reserved from stock").query((row,
                _) -> new Stock(row.getString(1), row.getInt(2), row.getInt(3))).list()).stream().flatMap(List::stream)
                .toList();
        List<Line> lines = readAll(shards, jdbc -> jdbc.sql(
                "select order_id, sku, status = 'RESERVED' from reservation").query((row, _) -> new Line(row
                        .getString(1), row.getString(2), row.getBoolean(3))).list()).stream().flatMap(List::stream)
                .toList();
        long inFlight = readAll(shards, jdbc -> jdbc.sql("""
                select (select count(*) from pg_prepared_xacts where database = current_database())
                     + (select count(*) from saga where state in ('RESERVING', 'COMPENSATING'))""").query(Long.class)
                .single()).stream().mapToLong(Long::longValue).sum();
        return new Ledger(stock, lines, inFlight);
    }

    /** For as long as it takes: {@link Shards#readAll} is for requests. */
    private static <T> List<T> readAll(Shards shards, Function<JdbcClient, T> query) {
        return shards.names().stream().map(shard -> shards.read(shard, query)).toList();
    }

    /**
     * Compares the rows with what was received and with what buyers were told.
     *
     * @param received units by product
     * @param answers  whether the order was told that it is reserved; orders without an answer are missing, and may have
     *        become either
     * @return what is wrong, in sentences
     */
    List<String> violations(Map<String, Integer> received, Map<Reservation, Boolean> answers) {
        var violations = new ArrayList<String>();
        if (inFlight > 0) {
            violations.add(inFlight + " transactions or sagas were not completed");
        }
        checkStock(received, violations);
        Map<String, Set<String>> reserved = lines.stream().filter(Line::isReserved).collect(Collectors.groupingBy(
                Line::order, TreeMap::new, Collectors.mapping(Line::sku, Collectors.toCollection(TreeSet::new))));
        reserved.forEach((order, skus) -> {
            if (skus.size() != 2) {
                violations.add(order + " has reserved " + skus + " only: it is not all or nothing");
            }
        });
        checkAnswers(answers, reserved, violations);
        return List.copyOf(violations);
    }

    private void checkStock(Map<String, Integer> received, List<String> violations) {
        Map<String, Long> held = lines.stream().filter(Line::isReserved).collect(Collectors.groupingBy(Line::sku,
                Collectors.counting()));
        for (Stock each : stock) {
            int units = received.getOrDefault(each.sku, 0);
            if (each.available + each.reserved != units) {
                violations.add("%s: %d available and %d reserved, but %d were received".formatted(each.sku,
                        each.available, each.reserved, units));
            }
            long reserved = held.getOrDefault(each.sku, 0L);
            if (reserved != each.reserved) {
                violations.add("%s: orders hold %d, the stock says %d".formatted(each.sku, reserved, each.reserved));
            }
            if (reserved > units) {
                violations.add("%s: oversold, orders hold %d of %d".formatted(each.sku, reserved, units));
            }
        }
    }

    private static void checkAnswers(Map<Reservation, Boolean> answers, Map<String, Set<String>> reserved,
            List<String> violations) {
        answers.entrySet().stream().sorted(Comparator.comparing(answer -> answer.getKey().order())).forEach(answer -> {
            Reservation wanted = answer.getKey();
            Set<String> skus = reserved.getOrDefault(wanted.order(), Set.of());
            Set<String> told = answer.getValue() ? Set.of(wanted.first(), wanted.second()) : Set.of();
            if (!skus.equals(told)) {
                violations.add("%s was told that it %s, but it has %s".formatted(wanted.order(), answer.getValue()
                        ? "has both products" : "has none", skus));
            }
        });
    }
}
