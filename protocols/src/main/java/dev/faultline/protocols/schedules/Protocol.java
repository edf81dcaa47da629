package dev.faultline.protocols.schedules;

import java.util.List;
import java.util.stream.Collectors;

/**
 * A protocol under many seeded schedules.
 *
 * @param name     as the command line knows it
 * @param idea     a title of one line
 * @param variants the protocol as it is, first, and its controls
 * @param start    the class to read first
 */
public record Protocol(String name, String idea, List<Variant> variants, Class<?> start, List<Source> sources) {

    /** What holds, in words. */
    public String hypothesis() {
        return variants.stream().filter(variant -> !variant.isControl()).map(Variant::claim).collect(
                Collectors.joining(" "));
    }

    /** What is taken away, and what must then go wrong. */
    public String control() {
        return variants.stream().filter(Variant::isControl).map(Variant::claim).collect(Collectors.joining(" "));
    }

    /** @throws IllegalArgumentException if there is no such variant; the message names those that there are */
    public Variant variant(String name) {
        return variants.stream().filter(variant -> variant.name().equals(name)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("%s has no variant %s, only %s".formatted(this.name,
                        name, variants.stream().map(Variant::name).collect(Collectors.joining(", ")))));
    }
}
