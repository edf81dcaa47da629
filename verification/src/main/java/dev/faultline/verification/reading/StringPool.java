package dev.faultline.verification.reading;

import java.util.HashMap;
import java.util.Map;

/** Deduplicates strings: an order's id occurs in some fifteen rows, a state in thousands. */
final class StringPool {
    private final Map<String, String> first = new HashMap<>();

    String intern(String text) {
        String earlier = first.putIfAbsent(text, text);
        return earlier == null ? text : earlier;
    }
}
