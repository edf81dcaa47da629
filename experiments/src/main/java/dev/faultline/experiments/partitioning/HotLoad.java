package dev.faultline.experiments.partitioning;

import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import dev.faultline.experiments.Spread;
import dev.faultline.experiments.lab.Traffic.Request;
import dev.faultline.experiments.partitioning.SplitStock.Units;
import dev.faultline.sharding.Bucket;
import dev.faultline.sharding.Shards;
import dev.faultline.verification.load.OpenLoop;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;

/** Orders for one unit each at a fixed rate (open loop), most of them for the same product. */
final class HotLoad {
    static final int HOT_PERCENT = 80;
    private static final String HOT = "HOT";
    private static final int OTHERS = 200;
    private static final int UNITS = 100_000;

    private final Shards shards;
    private final SplitStock stock;

    HotLoad(Shards shards) {
        this.shards = shards;
        this.stock = new SplitStock(shards);
    }

    /** Whom an order is for. */
    enum Of {
        THE_PRODUCT("the product"), ITS_NEIGHBOURS("others on the shard of its name"), OTHERS("others elsewhere");

        private final String words;

        Of(String words) {
            this.words = words;
        }

        String words() {
            return words;
        }
    }

    record Sale(Of of, Request request) {}

    /** @param units of each shard afterwards */
    record Result(List<Sale> sales, List<Units> units) {
        Result {
            sales = List.copyOf(sales);
            units = List.copyOf(units);
        }

        /** From when the last order was due until the last one had ended. */
        double behindMs() {
            return sales.stream().map(Sale::request).mapToDouble(request -> request.dueMs() + request.tookMs()).max()
                    .orElse(0) - sales.stream().mapToDouble(sale -> sale.request.dueMs()).max().orElse(0);
        }

        long failed() {
            return sales.stream().filter(sale -> sale.request.hasFailed()).count();
        }

        long sold() {
            return units.stream().mapToLong(Units::reserved).sum();
        }

        long busiest() {
            return units.stream().mapToLong(Units::reserved).max().orElse(0);
        }

        /** Every unit is in stock or sold, and as many are sold as orders were told so. */
        boolean isConserved() {
            return sold() + units.stream().mapToLong(Units::available).sum() == UNITS * (OTHERS + 1L)
                    && sold() == sales.size() - failed();
        }

        /** Of answered orders, from due to answered. */
        Spread latency(Of of) {
            var latency = new Histogram(TimeUnit.MINUTES.toMicros(2), 3);
            sales.stream().filter(sale -> sale.of == of && !sale.request.hasFailed()).forEach(sale -> latency
                    .recordValue((long) (sale.request.tookMs() * 1_000)));
            return Spread.of(latency);
        }
    }

    /** What the order of this number is for. */
    static String product(long number) {
        var random = new SplittableRandom(number);
        return random.nextInt(100) < HOT_PERCENT ? HOT : other(random.nextInt(OTHERS));
    }

    private static String other(int number) {
        return "OTHER-%03d".formatted(number);
    }

    /** @param parts the rows of the product that most want; returns when every order has ended */
    Result run(int parts, int perSecond, Duration length) {
        stock.clear();
        IntStream.range(0, OTHERS).forEach(number -> stock.receive(List.of(other(number)), UNITS));
        List<String> hot = SplitStock.keys(HOT, parts);
        stock.receive(hot, UNITS);
        var sales = new ConcurrentLinkedQueue<Sale>();
        long began = System.nanoTime();
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            OpenLoop.forEach(perSecond, perSecond * length.toMillis() / 1_000, (number, due) -> executor.execute(() -> {
                String product = product(number);
                String error = take(product.equals(HOT) ? hot : List.of(product));
                sales.add(new Sale(of(product), new Request((due - began) / 1e6, (System.nanoTime() - due) / 1e6,
                        error)));
            }));
        }
        return new Result(List.copyOf(sales), stock.units());
    }

    private @Nullable String take(List<String> keys) {
        try {
            return stock.take(keys, ThreadLocalRandom.current()) ? null : "sold out";
        } catch (DataAccessException e) {
            return String.valueOf(e.getMessage());
        }
    }

    private Of of(String product) {
        if (product.equals(HOT)) {
            return Of.THE_PRODUCT;
        }
        return shards.shardOf(Bucket.of(product)).equals(shards.shardOf(Bucket.of(HOT))) ? Of.ITS_NEIGHBOURS
                : Of.OTHERS;
    }

    /**
     * Sells the product to its end, one buyer after the other.
     *
     * @return how many of them had a unit
     */
    long sellOut(int parts, int units, int buyers) {
        stock.clear();
        List<String> hot = SplitStock.keys(HOT, parts);
        stock.receive(hot, units);
        return IntStream.range(0, buyers).filter(_ -> stock.take(hot, ThreadLocalRandom.current())).count();
    }
}
