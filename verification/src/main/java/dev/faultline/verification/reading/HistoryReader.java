package dev.faultline.verification.reading;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;

import dev.faultline.backing.Polling;
import dev.faultline.deadletters.DeadLetters;
import dev.faultline.verification.Target;
import dev.faultline.verification.history.History;
import dev.faultline.verification.history.Row;

/** Reads the state of a running platform from its databases, journals and dead-letter topics, not through its services. */
public final class HistoryReader {
    private static final Duration POLL_INTERVAL = Duration.ofMillis(500);
    /** Messages in transit are in no database, so a single empty poll is not enough. */
    private static final int QUIET_POLLS = 4;

    private final Target target;

    public HistoryReader(Target target) {
        this.target = target;
    }

    /** The number of checkouts, refunds, prepared transactions and moves of buckets in flight. */
    public long inFlight() {
        return target.databases().stream()
                .map(database -> new DatabaseReader(database, new StringPool())).mapToLong(DatabaseReader::inFlight)
                .sum();
    }

    /**
     * Waits until nothing has been in flight for two seconds.
     *
     * @param eachPoll receives the number in flight
     * @return the time until nothing was in flight; empty if that took longer than {@code atMost}
     */
    public Optional<Duration> awaitQuiescence(Duration atMost, LongConsumer eachPoll) {
        long begin = System.nanoTime();
        long busy = begin;
        for (int quiet = 0; quiet < QUIET_POLLS; quiet++) {
            long inFlight = inFlight();
            eachPoll.accept(inFlight);
            if (inFlight > 0) {
                quiet = -1;
                busy = System.nanoTime();
                if (busy - begin > atMost.toNanos()) {
                    return Optional.empty();
                }
            }
            Polling.sleep(POLL_INTERVAL);
        }
        return Optional.of(Duration.ofNanos(busy - begin));
    }

    /** Reads everything into memory, about a kilobyte per order. */
    public History read() {
        var strings = new StringPool();
        List<DatabaseReader.Content> contents = target.databases().stream()
                .map(database -> new DatabaseReader(database, strings).read()).toList();
        List<Row> rows = contents.stream().flatMap(content -> content.rows().stream()).toList();
        return new History(ClientJournal.readAll(target.clientJournals(), strings), rows,
                contents.stream().map(DatabaseReader.Content::owned).toList(),
                AcquirerJournal.read(target.acquirerJournal(), strings),
                contents.stream().flatMap(content -> content.inDoubt().stream()).toList(),
                deadLetters());
    }

    /** Excludes replayed ones: a message that fails again becomes a new dead letter. */
    private List<History.DeadLetter> deadLetters() {
        return new DeadLetters(target.kafkaConnection()).all().stream().filter(letter -> !letter.isReplayed())
                .map(letter -> new History.DeadLetter(letter.id().topic(), letter.key(), letter.reason())).toList();
    }
}
