package dev.faultline.service.web;

import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/** By which the log lines of a request are found, in all services. A client may choose it. Unique, not secret. */
public final class CorrelationId {
    /** The header with it, of requests and responses. */
    public static final String HEADER = "X-Correlation-Id";
    /** The field of log lines. */
    public static final String FIELD = "correlationId";

    private static final Pattern PATTERN = Pattern.compile("[A-Za-z0-9._-]{1,64}");

    private CorrelationId() {}

    /** Whether a log may contain it as it is. */
    static boolean isValid(String id) {
        return PATTERN.matcher(id).matches();
    }

    /** The one that was given, if a log may contain it, or else a new one. */
    public static String of(@Nullable String given) {
        if (given != null && isValid(given)) {
            return given;
        }
        var random = ThreadLocalRandom.current();
        return HexFormat.of().toHexDigits(random.nextLong()) + HexFormat.of().toHexDigits(random.nextInt());
    }
}
