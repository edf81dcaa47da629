package dev.faultline.system.api;

import java.util.function.Function;
import java.util.stream.Stream;

/**
 * One way to change a valid request.
 *
 * @param name what is sent, as a noun
 * @param changes of a valid request; none if the operation has nothing of the kind
 */
record Mutation(String name, Function<Sample, Stream<Attempt>> changes) {

    /** @param detail which of the changes of the mutation this is */
    record Attempt(String detail, Request request, Expected expected) {}

    enum Expected {
        /** A status from 400 to 499 that the operation describes. */
        REFUSED,
        /** Any status that the operation describes, but no server error. */
        DESCRIBED,
        /** The request may be one of no operation: a status from 400 to 499 or 501, described or not. */
        UNROUTED,
        /** Like {@link #UNROUTED}, and the server may close the connection. */
        NOT_HTTP
    }

    static Attempt refused(Object detail, Request request) {
        return new Attempt(String.valueOf(detail), request, Expected.REFUSED);
    }

    static Attempt described(Object detail, Request request) {
        return new Attempt(String.valueOf(detail), request, Expected.DESCRIBED);
    }

    static Attempt unrouted(Object detail, Request request) {
        return new Attempt(String.valueOf(detail), request, Expected.UNROUTED);
    }

    @Override
    public String toString() {
        return name;
    }
}
