package dev.faultline.local.proof.reading;

import java.util.HashMap;
import java.util.Map;

/** One string of each that are equal: an order's id is in some fifteen rows of five tables, and a state in thousands. */
final class Repeated {
    private final Map<String, String> first = new HashMap<>();

    String one(String text) {
        String earlier = first.putIfAbsent(text, text);
        return earlier == null ? text : earlier;
    }
}
