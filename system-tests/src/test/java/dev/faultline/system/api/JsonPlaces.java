package dev.faultline.system.api;

import java.util.ArrayList;
import java.util.List;

import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The places of a JSON body, each with its schema. */
final class JsonPlaces {
    private static final String MARK = "\"@here@\"";

    private final ApiDescription description;
    private final JsonNode body;
    private final List<Place> places = new ArrayList<>();

    /** @param required whether it is an element of an array, or a required field of an object */
    record Place(JsonPointer at, JsonNode schema, boolean required) {
        boolean isField() {
            return !at.toString().isEmpty() && !at.last().mayMatchElement();
        }

        boolean is(String type) {
            return schema.path("type").asString().equals(type);
        }

        @Override
        public String toString() {
            return at.toString().isEmpty() ? "the body" : at.toString();
        }
    }

    JsonPlaces(ApiDescription description, JsonNode schema, JsonNode body) {
        this.description = description;
        this.body = body;
        add(JsonPointer.empty(), schema, true);
    }

    private void add(JsonPointer at, JsonNode given, boolean required) {
        JsonNode schema = description.resolved(given);
        places.add(new Place(at, schema, required));
        JsonNode value = body.at(at);
        value.properties().forEach(property -> add(at.appendProperty(property.getKey()), schema.get("properties").get(
                property.getKey()), Values.isRequired(schema, property.getKey())));
        if (value.isArray() && !value.isEmpty()) {
            add(at.appendIndex(0), schema.get("items"), true);
        }
    }

    List<Place> all() {
        return places;
    }

    JsonNode without(Place place) {
        JsonNode copy = body.deepCopy();
        ((ObjectNode) copy.at(place.at.head())).remove(place.at.last().getMatchingProperty());
        return copy;
    }

    JsonNode with(Place place, JsonNode value) {
        if (place.at.toString().isEmpty()) {
            return value;
        }
        JsonNode copy = body.deepCopy();
        JsonNode parent = copy.at(place.at.head());
        if (parent instanceof ArrayNode array) {
            array.set(place.at.last().getMatchingIndex(), value);
        } else {
            ((ObjectNode) parent).set(place.at.last().getMatchingProperty(), value);
        }
        return copy;
    }

    /** The body's text with another value, which need not be valid JSON. */
    String with(Place place, String json) {
        JsonNode marked = with(place, tools.jackson.databind.node.StringNode.valueOf("@here@"));
        return marked.toString().replace(MARK, json);
    }
}
