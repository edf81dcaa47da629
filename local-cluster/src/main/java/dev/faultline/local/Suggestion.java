package dev.faultline.local;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Suggests the nearest name, if its Levenshtein distance is at most three. */
public final class Suggestion {
    private static final int MAX_DISTANCE = 3;

    private Suggestion() {}

    /** @return empty if none is near enough */
    public static Optional<String> nearest(String word, Collection<String> names) {
        return names.stream().filter(name -> distance(word, name) <= MAX_DISTANCE)
                .min(Comparator.comparingInt(name -> distance(word, name)));
    }

    private static int distance(String from, String to) {
        var row = new int[to.length() + 1];
        for (int j = 0; j <= to.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int substituted = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(substituted, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[to.length()];
    }
}
