package dev.faultline.experiments.transactions;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;

import dev.faultline.verification.load.OpenLoop;
import org.HdrHistogram.Histogram;
import org.springframework.dao.DataAccessException;

/** Orders at a fixed rate (open loop), and what became of them. */
final class Load {
    private final Protocol protocol;

    Load(Protocol protocol) {
        this.protocol = protocol;
    }

    /**
     * An order and its answer.
     *
     * @param due   by {@link System#nanoTime()}, as is {@code ended}
     */
    record Attempt(Reservation wanted, long due, long ended, Outcome outcome) {

        private long micros() {
            return Math.clamp((ended - due) / 1_000, 0, TimeUnit.MINUTES.toMicros(2));
        }
    }

    /** Returns when every order has ended, by the time when it was due. */
    List<Attempt> run(int perSecond, Duration length, LongFunction<Reservation> orders) {
        var attempts = new ConcurrentLinkedQueue<Attempt>();
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            OpenLoop.forEach(perSecond, perSecond * length.toMillis() / 1_000, (number, due) -> executor.execute(() -> {
                Reservation wanted = orders.apply(number);
                Outcome outcome = reserve(wanted);
                attempts.add(new Attempt(wanted, due, System.nanoTime(), outcome));
            }));
        }
        return attempts.stream().sorted((a, b) -> Long.compare(a.due, b.due)).toList();
    }

    private Outcome reserve(Reservation wanted) {
        try {
            return protocol.reserve(wanted) ? Outcome.RESERVED : Outcome.SOLD_OUT;
        } catch (DataAccessException e) {
            return Outcome.NO_ANSWER;
        }
    }

    static long count(Collection<Attempt> attempts, Outcome outcome) {
        return attempts.stream().filter(attempt -> attempt.outcome == outcome).count();
    }

    /** From due to answered, in microseconds. */
    static Histogram latency(Collection<Attempt> attempts) {
        var latency = new Histogram(TimeUnit.MINUTES.toMicros(2), 3);
        attempts.stream().filter(attempt -> attempt.outcome != Outcome.NO_ANSWER).forEach(attempt -> latency
                .recordValue(attempt.micros()));
        return latency;
    }

    /** From when the first order was due until the last was answered. */
    static double answeredPerSecond(List<Attempt> attempts) {
        long answered = attempts.size() - count(attempts, Outcome.NO_ANSWER);
        long took = attempts.stream().mapToLong(Attempt::ended).max().orElse(0) - attempts.getFirst().due;
        return answered * 1e9 / took;
    }

    /** What each order was told, without those that had no answer. */
    static Map<Reservation, Boolean> answers(Collection<Attempt> attempts) {
        var answers = new HashMap<Reservation, Boolean>();
        attempts.stream().filter(attempt -> attempt.outcome != Outcome.NO_ANSWER).forEach(attempt -> answers.put(
                attempt.wanted, attempt.outcome == Outcome.RESERVED));
        return answers;
    }
}
