package dev.faultline.protocols.schedules;

import java.net.URI;

/** Where an idea was published. */
public record Source(String title, URI link) {

    /** @throws IllegalArgumentException if the link is not a URI */
    public static Source of(String title, String link) {
        return new Source(title, URI.create(link));
    }
}
