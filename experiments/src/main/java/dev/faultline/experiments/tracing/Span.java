package dev.faultline.experiments.tracing;

/**
 * A piece of work of one process, within a trace.
 *
 * @param parent  the id of the span that caused it; empty if there is none
 * @param service its name
 * @param node    the service's instance
 * @param startNs since 1970, by the clock of its process
 * @param endNs   likewise
 */
record Span(String trace, String id, String parent, String service, String node, Kind kind, String name, long startNs,
        long endNs) {
    enum Kind {
        SERVER, CONSUMER, OTHER
    }
}
