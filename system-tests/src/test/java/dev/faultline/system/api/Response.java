package dev.faultline.system.api;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * @param headers by name, in lower case
 * @param body empty if there is none
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Response(int status, Map<String, List<String>> headers, byte[] body) {

    Optional<String> header(String name) {
        return headers.getOrDefault(name.toLowerCase(java.util.Locale.ROOT), List.of()).stream().findFirst();
    }

    /** Whether it is the last one of its connection. */
    boolean closes() {
        return header("Connection").filter("close"::equalsIgnoreCase).isPresent();
    }

    String text() {
        return new String(body, StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return status + " " + headers + " " + text();
    }
}
