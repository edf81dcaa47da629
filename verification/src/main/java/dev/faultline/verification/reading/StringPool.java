package dev.faultline.verification.reading;

import java.util.HashMap;
import java.util.Map;

/** Returns one instance of equal strings: an order's id is in some fifteen rows of five tables, a state in thousands. */
final class StringPool {
    private final Map<String, String> first = new HashMap<>();

    String intern(String text) {
        String earlier = first.putIfAbsent(text, text);
        return earlier == null ? text : earlier;
    }
}
