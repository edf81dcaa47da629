package dev.faultline.sharding;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** How fresh a client asks its reads to be. */
public enum Consistency {
    /** What was committed when the read began: the primary answers. */
    STRONG,
    /** At least what this client has written and seen: a replica answers if it has replayed that, else the primary. */
    SESSION,
    /** A state of the past, and how old it is: a replica answers. */
    EVENTUAL;

    /** @throws IllegalArgumentException if there is no such consistency; the message lists them */
    public static Consistency parse(String word) {
        return Arrays.stream(values()).filter(each -> each.toString().equals(word)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("unknown consistency \"" + word + "\"; known are "
                        + Arrays.stream(values()).map(Consistency::toString).collect(Collectors.joining(", "))));
    }

    /** The word that clients use. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
