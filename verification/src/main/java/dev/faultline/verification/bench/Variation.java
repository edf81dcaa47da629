package dev.faultline.verification.bench;

import java.util.List;
import java.util.Locale;
import java.util.Map;

import dev.faultline.backing.FaultlineException;

/**
 * A setting of the services, and the values to compare.
 *
 * @param name a JVM option such as {@code -XX:TieredStopAtLevel}, a Spring property such as {@code server.tomcat.max-threads},
 *             or an environment variable
 */
public record Variation(String name, List<String> values) {
    public Variation {
        values = List.copyOf(values);
    }

    /**
     * @param text for example {@code NAME=1,2}
     * @throws FaultlineException if it has no name or fewer than two different values
     */
    public static Variation parse(String text) {
        int equals = text.indexOf('=');
        var values = List.of(text.substring(equals + 1).split(",", -1));
        if (equals < 1 || values.size() < 2 || values.stream().distinct().count() < values.size()) {
            throw new FaultlineException("--vary must be NAME=A,B with at least two different values, not " + text
                    + ". NAME is an environment variable, a Spring property or a JVM option, for example"
                    + " --vary=-XX:TieredStopAtLevel=1,4.");
        }
        return new Variation(text.substring(0, equals), values);
    }

    /** What a service needs in its environment to run with this value. */
    public Map<String, String> environment(String value) {
        if (name.startsWith("-")) {
            // Unlike JDK_JAVA_OPTIONS, these win over the command line.
            return Map.of("_JAVA_OPTIONS", name + "=" + value);
        }
        boolean isVariable = name.equals(name.toUpperCase(Locale.ROOT));
        return Map.of(isVariable ? name : name.replace(".", "_").replace("-", "").toUpperCase(Locale.ROOT), value);
    }
}
