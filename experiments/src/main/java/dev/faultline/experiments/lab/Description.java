package dev.faultline.experiments.lab;

import java.util.List;

/**
 * What an experiment is about.
 *
 * @param name       on the command line, and of its page in {@code docs/ideas}
 * @param title      the idea, in the field's words
 * @param hypothesis what the run may refute
 * @param control    what is taken away, and what has to go wrong then
 * @param sources    of the idea
 * @param code       files that carry the idea, as paths in the repository
 * @param variations what a reader may try next
 */
public record Description(String name, String title, String hypothesis, String control, List<Source> sources,
        List<String> code, List<String> variations) {
    public Description {
        sources = List.copyOf(sources);
        code = List.copyOf(code);
        variations = List.copyOf(variations);
    }

    /** A paper, a book's chapter or a manual's page. */
    public record Source(String title, String url) {}
}
