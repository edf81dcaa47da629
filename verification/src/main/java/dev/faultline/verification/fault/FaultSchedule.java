package dev.faultline.verification.fault;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;

import dev.faultline.backing.FaultlineException;

/**
 * The faults of one run, drawn from a seed: the same seed, kinds and targets give the same schedule. Faults never overlap.
 * Every pair of a kind and a target occurs once, in an order drawn from the seed, before any occurs again.
 */
public final class FaultSchedule {
    private static final Duration FIRST = Duration.ofSeconds(3);
    private static final int SHORTEST_MS = 2_000;
    private static final int LONGEST_MS = 9_000;

    private FaultSchedule() {}

    /**
     * @param every         the mean time between the starts of two faults, exponentially distributed
     * @param nodesAndRoles the possible targets
     * @throws FaultlineException if none of the kinds can hit one of the targets, or the length is too short for a fault
     */
    public static List<ScheduledFault> draw(long seed, Duration length, Duration every, Collection<FaultKind> kinds,
            List<String> nodesAndRoles) {
        var random = new Random(seed);
        var deck = new ArrayList<ScheduledFault>();
        var faults = new ArrayList<ScheduledFault>();
        double at = FIRST.toMillis();
        if (deck(kinds, nodesAndRoles).isEmpty()) {
            throw new FaultlineException("None of the faults " + names(kinds) + " can hit any of the targets "
                    + String.join(", ", nodesAndRoles) + ". See docs/faults.md.");
        }
        while (true) {
            if (deck.isEmpty()) {
                deck.addAll(deck(kinds, nodesAndRoles));
                Collections.shuffle(deck, random);
            }
            ScheduledFault next = deck.removeLast();
            int durationMs = next.kind().needsHealing() ? random.nextInt(SHORTEST_MS, LONGEST_MS) : 0;
            if (at + durationMs > length.toMillis()) {
                break;
            }
            faults.add(new ScheduledFault(next.kind(), next.target(), Duration.ofMillis((long) at),
                    Duration.ofMillis(durationMs)));
            at += Math.max(durationMs, -Math.log(1 - random.nextDouble()) * every.toMillis());
        }
        if (faults.isEmpty()) {
            throw new FaultlineException("No fault fits into " + length.toSeconds()
                    + " seconds. Raise --minutes.");
        }
        return List.copyOf(faults);
    }

    private static String names(Collection<FaultKind> kinds) {
        return kinds.stream().map(FaultKind::name).collect(Collectors.joining(", "));
    }

    private static List<ScheduledFault> deck(Collection<FaultKind> kinds, List<String> nodesAndRoles) {
        return FaultKind.ALL.stream().filter(kinds::contains)
                .flatMap(kind -> kind.targetsAmong(nodesAndRoles).stream()
                        .map(target -> new ScheduledFault(kind, target, Duration.ZERO, Duration.ZERO)))
                .toList();
    }
}
