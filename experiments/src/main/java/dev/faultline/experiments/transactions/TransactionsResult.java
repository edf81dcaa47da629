package dev.faultline.experiments.transactions;

import java.util.List;
import java.util.stream.Stream;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.faultline.experiments.Spread;
import dev.faultline.experiments.Verdict;

/**
 * What {@code ./faultline compare transactions} found.
 *
 * @param began                in ISO 8601
 * @param seconds              the length of a run
 * @param poolSize             connections to each shard
 * @param coordinatorTimeoutMs the age at which recovery takes a coordinator for dead
 * @param control              what the checker found wrong after a coordinator without any protocol was killed
 */
public record TransactionsResult(String began, int processors, long seed, int seconds, int poolSize,
        long coordinatorTimeoutMs, List<Run> runs, List<Kill> kills, List<String> control) {
    public TransactionsResult {
        runs = List.copyOf(runs);
        kills = List.copyOf(kills);
        control = List.copyOf(control);
    }

    /**
     * A load by one protocol.
     *
     * @param rate          orders a second
     * @param hotPercent    how many of a hundred orders want the hot product
     * @param noAnswer      orders that waited too long for a lock or a connection
     * @param perSecond     answered orders a second, until the last answer
     * @param latency       from due to answered
     * @param locked        how long the row of an order's first product was locked for it
     * @param compensations sagas that returned their first product
     * @param seenHalf      orders that a reader saw with one product and not the other
     * @param open          from a saga's first commit to its last: how long others can see it half done
     * @param violations    in sentences
     */
    public record Run(String protocol, int rate, int hotPercent, long orders, long reserved, long soldOut,
            long noAnswer, double perSecond, Spread latency, Spread locked, long compensations, long seenHalf,
            Spread open, List<String> violations) {
        public Run {
            violations = List.copyOf(violations);
        }
    }

    /**
     * A coordinator that was killed when one shard had done its part and the other had not. Its order wanted the only unit
     * of a product. All times are in milliseconds since the kill.
     *
     * @param lockedUntilMs    when a prepared transaction was seen to lock the product's row for the last time; 0 if none was
     *        after the kill
     * @param recoveredAtMs    when recovery was seen not to have completed the order for the last time
     * @param seenHalfMs       for how long a reader saw the order with one product and not the other
     * @param sameUnit         the buyers of that unit, from just before the kill on
     * @param others           the buyers of other products
     * @param violations       in sentences
     */
    public record Kill(String protocol, double lockedUntilMs, double recoveredAtMs, double seenHalfMs,
            List<Buyer> sameUnit, List<Buyer> others, List<String> violations) {
        public Kill {
            sameUnit = List.copyOf(sameUnit);
            others = List.copyOf(others);
            violations = List.copyOf(violations);
        }

        /** Buyers of the same unit that were told that it is sold out, although another got it later. */
        public long turnedAway() {
            boolean soldLater = sameUnit.stream().anyMatch(buyer -> buyer.outcome == Outcome.RESERVED
                    && buyer.endedAtMs > recoveredAtMs);
            return soldLater ? sameUnit.stream().filter(buyer -> buyer.outcome == Outcome.SOLD_OUT
                    && buyer.endedAtMs < recoveredAtMs).count() : 0;
        }

        /** Buyers of the same unit that had an answer before the killed coordinator's order was completed. */
        public long answeredMeanwhile() {
            return sameUnit.stream().filter(buyer -> buyer.isAnswered() && buyer.endedAtMs < recoveredAtMs).count();
        }

        /** The longest wait of a buyer of the same unit. */
        public double longestWaitMs() {
            return longest(sameUnit);
        }

        public double longestWaitOfOthersMs() {
            return longest(others);
        }

        public long withoutAnswer() {
            return sameUnit.stream().filter(buyer -> !buyer.isAnswered()).count();
        }

        /** Buyers of other products that waited for more than a second, mostly for the buyers who wait for the unit. */
        public long othersDelayed() {
            return others.stream().filter(buyer -> buyer.waitedMs() > 1_000).count();
        }

        /** How many buyers waited for more than a second at the same time; each has a connection to both shards. */
        public long mostWaiting() {
            List<Buyer> waiting = Stream.concat(sameUnit.stream(), others.stream()).filter(buyer -> buyer
                    .waitedMs() > 1_000).toList();
            return waiting.stream().mapToLong(one -> waiting.stream().filter(other -> other.dueMs <= one.dueMs
                    && other.endedAtMs > one.dueMs).count()).max().orElse(0);
        }

        public long othersWithoutAnswer() {
            return others.stream().filter(buyer -> !buyer.isAnswered()).count();
        }

        private static double longest(List<Buyer> buyers) {
            return buyers.stream().mapToDouble(Buyer::waitedMs).max().orElse(0);
        }
    }

    /** An order of the load around a kill. */
    public record Buyer(double dueMs, double endedAtMs, Outcome outcome) {
        double waitedMs() {
            return endedAtMs - dueMs;
        }

        boolean isAnswered() {
            return outcome != Outcome.NO_ANSWER;
        }
    }

    /** What was violated by a protocol that must not. */
    public List<String> violations() {
        return Stream.concat(runs.stream().map(Run::violations), kills.stream().map(Kill::violations))
                .flatMap(List::stream).toList();
    }

    @JsonProperty
    public Verdict verdict() {
        return Verdict.of(!violations().isEmpty(), !control.isEmpty());
    }
}
