package dev.faultline.system.api;

import static dev.faultline.system.api.Mutation.described;
import static dev.faultline.system.api.Mutation.refused;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.BiFunction;
import java.util.stream.Stream;

import dev.faultline.system.api.JsonPlaces.Place;
import dev.faultline.system.api.Mutation.Attempt;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Bodies that are JSON, and not what the schema says, at each of their places. */
final class BodyMutations {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final String HUGE = "9".repeat(1_000);

    static final List<Mutation> ALL = List.of(
            at("a missing required field", (change, place) -> place.isField() && place.required()
                    ? change.to(change.places.without(place))
                    : Stream.empty()),
            at("null", (change, place) -> place.required()
                    ? change.to(change.places.with(place, JSON.nullNode()))
                    : Stream.of(described(place, change.sample.with(change.places.with(place, JSON.nullNode()))))),
            at("a value of another type", (change, place) -> Stream.of(JSON.numberNode(17), JSON.stringNode("17"), JSON
                    .stringNode(""), JSON.booleanNode(true), JSON.arrayNode(), JSON.objectNode().put("x", 1)).filter(
                            value -> !place.is(typeOf(value))).flatMap(value -> change.to(change.places.with(place,
                                    value)))),
            at("a number out of range", (change, place) -> place.is("integer") ? outOfRange(change, place)
                    : Stream
                            .empty()),
            at("a fraction", (change, place) -> place.is("integer") ? change.text("1.5") : Stream.empty()),
            at("a number that no type holds", (change, place) -> Stream.of("1e400", "-1e400", "1e-400", HUGE, "-"
                    + HUGE, "1e999999999", "0." + HUGE).flatMap(change::text)),
            at("a string that is too long", (change, place) -> place.schema().has("maxLength") ? Stream.of(place
                    .schema().get("maxLength").asInt() + 1, 50_000).flatMap(length -> change.value("x".repeat(length)))
                    : place.schema().has("pattern") ? change.value("1".repeat(50_000)) : Stream.empty()),
            at("an empty string", (change, place) -> place.is("string") ? Stream.of("", " ", "\u00a0").filter(
                    text -> !Values.isValid(text, place.schema())).flatMap(change::value) : Stream.empty()),
            at("a string of another pattern", (change, place) -> place.schema().has("pattern") ? change.value(
                    change.sample.values().notMatching(place.schema().get("pattern").asString())) : Stream.empty()),
            at("a NUL or another control character", (change, place) -> place.is("string") ? Stream.of("\\u0000",
                    "A\\u0000", "A\\u0001B", "A\\n", "A\\u007f").flatMap(text -> change.text('"' + text + '"'))
                    : Stream.empty()),
            at("half of a surrogate pair", (change, place) -> place.is("string") ? Stream.of("\\ud800", "A\\udc00",
                    "A\\ud83dB").flatMap(text -> change.text('"' + text + '"')) : Stream.empty()),
            at("a field that is not described", (change, place) -> place.is("object") ? Stream.of("unexpected", "",
                    "__proto__", "class").flatMap(name -> change.to(change.places.with(place, ((ObjectNode) change.value
                            .deepCopy()).put(name, 1)))) : Stream.empty()),
            at("too many elements", (change, place) -> place.schema().has("maxItems") ? change.to(change.places.with(
                    place, repeated(change.value, place.schema().get("maxItems").asInt() + 1))) : Stream.empty()),
            at("too few elements", (change, place) -> place.schema().path("minItems").asInt() > 0 ? change.to(
                    change.places.with(place, JSON.arrayNode())) : Stream.empty()));

    private BodyMutations() {}

    /** One place of one sample's body, and the value there. */
    private record Change(Sample sample, JsonPlaces places, Place place, JsonNode value) {
        Stream<Attempt> to(JsonNode body) {
            return Stream.of(refused(place, sample.with(body)));
        }

        Stream<Attempt> value(String text) {
            return to(places.with(place, JSON.stringNode(text)));
        }

        /** The place's value is this text, as it is. */
        Stream<Attempt> text(String json) {
            return Stream.of(refused(place, sample.request().body(places.with(place, json).getBytes(
                    StandardCharsets.UTF_8))));
        }
    }

    private static Mutation at(String name, BiFunction<Change, Place, Stream<Attempt>> changes) {
        return new Mutation(name, sample -> sample.json().stream().flatMap(body -> {
            var places = new JsonPlaces(sample.values().description(), sample.operation().body().orElseThrow(), body);
            return places.all().stream().flatMap(place -> changes.apply(new Change(sample, places, place, body.at(place
                    .at())), place));
        }));
    }

    private static Stream<Attempt> outOfRange(Change change, Place place) {
        JsonNode schema = place.schema();
        return Stream.concat(Stream.of("-1", "2147483648", "-2147483649", "9223372036854775808"),
                Stream.of(schema.path("maximum").asLong() + 1, schema.has("exclusiveMinimum") ? schema.get(
                        "exclusiveMinimum").asLong() : schema.path("minimum").asLong() - 1).map(String::valueOf))
                .flatMap(change::text);
    }

    private static String typeOf(JsonNode value) {
        return value.isNumber() ? "integer" : value.getNodeType().name().toLowerCase(java.util.Locale.ROOT);
    }

    private static ArrayNode repeated(JsonNode array, int size) {
        ArrayNode repeated = JSON.arrayNode();
        for (int i = 0; i < size; i++) {
            repeated.add(array.get(0));
        }
        return repeated;
    }
}
