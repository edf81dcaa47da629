package dev.faultline.local.proof;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Random;

import dev.faultline.local.parts.RefusedException;

/**
 * Which faults there will be, when, and for how long: the same for the same seed and targets. One after the other. Every
 * pair of a kind and a target comes once, in an order that the seed decides, before any comes again.
 */
final class Schedule {
    private static final Duration FIRST = Duration.ofSeconds(3);
    private static final int SHORTEST_MS = 2_000;
    private static final int LONGEST_MS = 9_000;

    private Schedule() {}

    /**
     * @param every   the mean time from the beginning of one fault to that of the next, exponentially distributed
     * @param targets nodes and roles; the acquirer's own misfortunes need none
     * @throws RefusedException if no fault fits into the length
     */
    static List<Fault> plan(long seed, Duration length, Duration every, Collection<Fault.Kind> kinds,
            List<String> targets) {
        var random = new Random(seed);
        var deck = new ArrayList<Fault>();
        var faults = new ArrayList<Fault>();
        double at = FIRST.toMillis();
        while (true) {
            if (deck.isEmpty()) {
                deck.addAll(deck(kinds, targets));
                Collections.shuffle(deck, random);
            }
            Fault next = deck.removeLast();
            int lasts = next.kind() == Fault.Kind.KILL ? 0 : random.nextInt(SHORTEST_MS, LONGEST_MS);
            if (at + lasts > length.toMillis()) {
                break;
            }
            faults.add(new Fault(next.kind(), next.target(), Duration.ofMillis((long) at), Duration.ofMillis(lasts)));
            at += Math.max(lasts, -Math.log(1 - random.nextDouble()) * every.toMillis());
        }
        if (faults.isEmpty()) {
            throw new RefusedException("No fault fits into " + length.toSeconds()
                    + " seconds. Give it more --minutes.");
        }
        return List.copyOf(faults);
    }

    private static List<Fault> deck(Collection<Fault.Kind> kinds, List<String> targets) {
        var deck = new ArrayList<Fault>();
        for (Fault.Kind kind : kinds) {
            for (String target : kind.isOfNodes() ? targets : List.of("the acquirer")) {
                deck.add(new Fault(kind, target, Duration.ZERO, Duration.ZERO));
            }
        }
        return deck;
    }
}
