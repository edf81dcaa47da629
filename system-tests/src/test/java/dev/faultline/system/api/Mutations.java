package dev.faultline.system.api;

import java.util.List;
import java.util.stream.Stream;

/** All mutations. */
final class Mutations {
    static final List<Mutation> ALL = Stream.of(BodyMutations.ALL, JsonMutations.ALL, ParameterMutations.ALL,
            HttpMutations.ALL).flatMap(List::stream).toList();

    private Mutations() {}
}
