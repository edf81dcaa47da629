package dev.faultline.experiments.concurrency;

import java.util.List;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.faultline.experiments.Spread;
import dev.faultline.experiments.Verdict;

/**
 * What {@code ./faultline compare concurrency} found.
 *
 * @param began   in ISO 8601
 * @param stock   units of each sale
 * @param seconds the longest that a sale may take
 */
public record ConcurrencyResult(String began, int processors, int stock, int seconds, List<Sale> sales) {
    public ConcurrencyResult {
        sales = List.copyOf(sales);
    }

    /**
     * A sale by one strategy.
     *
     * @param sold      units, by the rows of the sales
     * @param taken     units, by the stock that is left
     * @param oversold  units that were sold and had been sold before, or were not there
     * @param retries   transactions that found a conflict, and were repeated
     * @param perSecond units sold a second
     * @param latency   of a unit, from the first attempt to the answer
     */
    public record Sale(Strategy strategy, int buyers, int stock, long sold, long taken, long oversold, long retries,
            double seconds, double perSecond, Spread latency) {

        /** Whether it sold something that was not there, or took something that it did not sell. */
        public boolean isWrong() {
            return oversold != 0 || sold != taken;
        }

        public double retriesPerUnit() {
            return sold == 0 ? retries : (double) retries / sold;
        }

        /** Whether the time was over before the stock. */
        public boolean isUnfinished() {
            return sold < stock;
        }
    }

    /** The sales that must not go wrong, and did. */
    public List<Sale> violations() {
        return sales.stream().filter(sale -> !sale.strategy.isControl() && sale.isWrong()).toList();
    }

    /** The controls that did not oversell: the other sales with as many buyers say nothing then. */
    public List<Sale> silentControls() {
        return sales.stream().filter(sale -> sale.strategy.isControl() && sale.oversold == 0).toList();
    }

    @JsonProperty
    public Verdict verdict() {
        boolean hasControl = sales.stream().anyMatch(sale -> sale.strategy.isControl());
        return Verdict.of(!violations().isEmpty(), hasControl && silentControls().isEmpty());
    }
}
