package dev.faultline.system.api;

import static dev.faultline.system.api.Mutation.described;
import static dev.faultline.system.api.Mutation.refused;
import static dev.faultline.system.api.Mutation.unrouted;

import java.util.List;
import java.util.function.BiFunction;
import java.util.stream.Stream;

import dev.faultline.system.api.ApiDescription.Parameter;
import dev.faultline.system.api.Mutation.Attempt;
import tools.jackson.databind.JsonNode;

/** Paths, queries and header parameters that are not what the description says. */
final class ParameterMutations {
    static final List<Mutation> ALL = List.of(
            of("path", "an id of another form", (sample, parameter) -> Stream.of(sample.values().notMatching(parameter
                    .schema().get("pattern").asString()), "no such id", "a".repeat(2_000), "\u00fc", "-", "null", "0",
                    "' OR 1=1 --", "${7*7}", "{id}").filter(value -> !value.isEmpty()).filter(
                            value -> !Values.isValid(value, parameter.schema())).map(Sample::encoded).map(
                                    value -> refused(
                                            parameter.name(), sample.withPath(parameter.name(), value)))),
            of("path", "a path that two parsers read differently", (sample, parameter) -> Stream.of("%2F", "A%2fB",
                    "%2e", "%2e%2e", "%2E%2e%2f", "..%2f..%2factuator", "..", ".", "%252F", "%5C", "\\", "A;b=c", "%3B",
                    "%00", "A%00", "%0d%0aX:%20y", "%7f").map(value -> unrouted(value, sample.withPath(parameter
                            .name(), value)))),
            of("path", "a path that is no URI", (sample, parameter) -> Stream.of("%", "%zz", "%2", "A%", "\u00fc",
                    "a b",
                    "|", "{", "\"", "<", "^", "`", "\u0000", "\u0007").map(value -> unrouted(value, sample.withPath(
                            parameter.name(), value)))),
            of("path", "an id in bytes that are no UTF-8", (sample, parameter) -> Stream.of("%C0%AF", "%FF", "%C3",
                    "%ED%A0%80").map(value -> unrouted(value, sample.withPath(parameter.name(), value)))),
            new Mutation("a path beside the operation's", sample -> Stream.of(sample.path() + "/", sample.path() + "//",
                    sample.path() + "/x/y/z", "/" + sample.path(), sample.path().replace("api",
                            "API"), "/x" + sample.path(), sample.path() + "/../../actuator/env").map(path -> unrouted(
                                    path,
                                    sample.request().at(path)))),
            of("query", "a query parameter out of range", (sample, parameter) -> invalid(sample, parameter).map(
                    value -> refused(value, query(sample, parameter.name() + "=" + Sample.encoded(value))))),
            of("query", "an escape in a query that is none", (sample, parameter) -> Stream.of("%zz", "%", "%C0%AF",
                    "%00", "A%00").map(value -> refused(value, query(sample, parameter.name() + "=" + value)))),
            new Mutation("a query that is not described", sample -> Stream.of("unknown=1", "&&&", "=", "a%20b=%C3%BC",
                    "x="
                            + "y".repeat(1_000), "access_token=x", "a=1&a=2").map(query -> described(query, query(
                                    sample,
                                    query)))),
            of("header", "a header parameter of another form", (sample, parameter) -> invalidHeader(parameter)
                    .map(value -> refused(parameter.name() + " " + value, sample.request().with(parameter.name(), value)
                            .with("Consistency", parameter.name().equals("Consistency") ? value : "session")))),
            of("header", "a header parameter that makes no sense", (sample, parameter) -> Stream.of("", " ", ",", "\t",
                    "\u00fc", "\"", "a=b;c", "x".repeat(4_000)).map(value -> described(parameter.name(), sample
                            .request().with(parameter.name(), value)))));

    private ParameterMutations() {}

    private static Mutation of(String where, String name, BiFunction<Sample, Parameter, Stream<Attempt>> changes) {
        return new Mutation(name, sample -> sample.operation().in(where).stream().flatMap(parameter -> changes.apply(
                sample, parameter)));
    }

    private static Request query(Sample sample, String query) {
        return sample.request().at(sample.path() + "?" + query);
    }

    private static Stream<String> invalid(Sample sample, Parameter parameter) {
        JsonNode schema = parameter.schema();
        return schema.path("type").asString().equals("integer")
                ? Stream.of("0", "-1", "abc", "1e3", "1.5", "2147483648", "9".repeat(100), String.valueOf(schema
                        .get("maximum").asInt() + 1), "null")
                : Stream.of(sample.values().notMatching(schema.get("pattern").asString()), "no such", "x".repeat(200),
                        "' OR 1=1").filter(value -> !value.isEmpty());
    }

    private static Stream<String> invalidHeader(Parameter parameter) {
        JsonNode schema = parameter.schema();
        if (schema.has("enum")) {
            return Stream.of("no-such-word", "STRONG!", "strong, eventual", "0");
        }
        return schema.has("pattern") && !parameter.name().equals("Prefer")
                ? Stream.of("two words", "x".repeat(5_000), "\u00fc")
                : Stream.empty();
    }
}
