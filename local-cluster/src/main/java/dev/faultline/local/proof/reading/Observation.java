package dev.faultline.local.proof.reading;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;

import dev.faultline.local.LocalCluster;
import dev.faultline.local.deadletters.DeadLetters;
import dev.faultline.local.parts.RefusedException;
import dev.faultline.local.proof.history.Observed;
import dev.faultline.local.proof.history.Row;

/** Looks at a running cluster from the outside of its services. */
public final class Observation {
    private static final Duration TURN = Duration.ofMillis(500);
    /** In so many looks in a row nothing may be under way: replies between services are in no database. */
    private static final int QUIET_LOOKS = 4;

    private final LocalCluster cluster;

    public Observation(LocalCluster cluster) {
        this.cluster = cluster;
    }

    /** How many checkouts, refunds and prepared transactions have not come to their end. */
    public long underWay() {
        return cluster.databases().stream()
                .map(database -> new DatabaseReader(database, new Repeated())).mapToLong(DatabaseReader::underWay)
                .sum();
    }

    /**
     * Waits until nothing is under way, and has not been for two seconds.
     *
     * @param each is told at each look how much is still under way
     * @return how long something was still under way; empty if longer than the time given
     */
    public Optional<Duration> awaitRest(Duration atMost, LongConsumer each) {
        long begin = System.nanoTime();
        long busy = begin;
        for (int quiet = 0; quiet < QUIET_LOOKS; quiet++) {
            long underWay = underWay();
            each.accept(underWay);
            if (underWay > 0) {
                quiet = -1;
                busy = System.nanoTime();
                if (busy - begin > atMost.toNanos()) {
                    return Optional.empty();
                }
            }
            pause();
        }
        return Optional.of(Duration.ofNanos(busy - begin));
    }

    /** Everything there is to see. Holds it all in memory: about a kilobyte for each order. */
    public Observed look() {
        var repeated = new Repeated();
        List<DatabaseReader.Content> contents = cluster.databases().stream()
                .map(database -> new DatabaseReader(database, repeated).read()).toList();
        List<Row> rows = contents.stream().flatMap(content -> content.rows().stream()).toList();
        return new Observed(ClientJournal.readAll(cluster.clientJournals(), repeated), rows,
                contents.stream().map(DatabaseReader.Content::owned).toList(),
                AcquirerJournal.read(cluster.acquirerJournal(), repeated),
                contents.stream().flatMap(content -> content.inDoubt().stream()).toList(),
                givenUp());
    }

    /** A dead letter that was replayed is not given up: if it fails again, there is a new one. */
    private List<Observed.DeadLetter> givenUp() {
        return new DeadLetters(cluster.kafkaBootstrapServers()).all().stream().filter(letter -> !letter.isReplayed())
                .map(letter -> new Observed.DeadLetter(letter.id().topic(), letter.key(), letter.reason())).toList();
    }

    private static void pause() {
        try {
            Thread.sleep(TURN);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RefusedException("Interrupted.", e);
        }
    }
}
