package dev.faultline.system.api;

import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import com.github.curiousoddman.rgxgen.RgxGen;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Generates values that are valid by a schema, preferably at its bounds. The same random numbers give the same values.
 *
 * @param known values of fields and parameters, by name, of things that exist on the platform
 */
record Values(ApiDescription description, RandomGenerator random, Map<String, List<String>> known) {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final int LONGEST_LIST = 4;

    /** @throws IllegalArgumentException if the schema has a keyword that this does not know, so that none is ignored */
    JsonNode of(String name, JsonNode given) {
        JsonNode schema = description.resolved(given);
        return switch (schema.path("type").asString()) {
            case "object" -> object(schema);
            case "array" -> array(name, schema);
            case "integer" -> JSON.numberNode(integer(schema));
            case "string" -> JSON.stringNode(string(name, schema));
            default -> throw new IllegalArgumentException("no values of " + name + ": " + schema);
        };
    }

    private ObjectNode object(JsonNode schema) {
        ObjectNode object = JSON.objectNode();
        schema.path("properties").properties().forEach(property -> {
            if (isRequired(schema, property.getKey()) || random.nextBoolean()) {
                object.set(property.getKey(), of(property.getKey(), property.getValue()));
            }
        });
        return object;
    }

    static boolean isRequired(JsonNode schema, String property) {
        return schema.path("required").valueStream().anyMatch(name -> name.asString().equals(property));
    }

    private ArrayNode array(String name, JsonNode schema) {
        ArrayNode array = JSON.arrayNode();
        int least = schema.path("minItems").asInt(0);
        int most = Math.min(schema.path("maxItems").asInt(LONGEST_LIST), LONGEST_LIST);
        for (int size = least + random.nextInt(most - least + 1); size > 0; size--) {
            array.add(of(name, schema.get("items")));
        }
        return array;
    }

    private long integer(JsonNode schema) {
        boolean isInt = schema.path("format").asString().equals("int32");
        long least = schema.has("exclusiveMinimum") ? schema.get("exclusiveMinimum").asLong() + 1
                : schema.path("minimum").asLong(isInt ? Integer.MIN_VALUE : Long.MIN_VALUE);
        long most = schema.path("maximum").asLong(isInt ? Integer.MAX_VALUE : Long.MAX_VALUE);
        return switch (random.nextInt(4)) {
            case 0 -> least;
            case 1 -> most;
            default -> least + random.nextLong(most - least);
        };
    }

    String string(String name, JsonNode schema) {
        if (known.containsKey(name)) {
            return any(known.get(name));
        }
        if (schema.has("enum")) {
            return schema.get("enum").get(random.nextInt(schema.get("enum").size())).asString();
        }
        return switch (schema.path("format").asString("")) {
            case "" -> schema.has("pattern") ? matching(schema) : text(schema);
            default -> throw new IllegalArgumentException("no values of " + name + ": " + schema);
        };
    }

    private String matching(JsonNode schema) {
        RgxGen strings = RgxGen.parse(schema.get("pattern").asString());
        return Stream.generate(() -> strings.generate(random)).filter(text -> isValid(text, schema)).findFirst()
                .orElseThrow();
    }

    /** A string that does not match the pattern. */
    String notMatching(String pattern) {
        String text = RgxGen.parse(pattern).generateNotMatching(random);
        return Pattern.compile(pattern).matcher(text).find() ? text + "\t" : text;
    }

    /** By the schema's pattern and lengths. */
    static boolean isValid(String text, JsonNode schema) {
        return text.length() >= schema.path("minLength").asInt(0)
                && text.length() <= schema.path("maxLength").asInt(Integer.MAX_VALUE)
                && Pattern.compile(schema.path("pattern").asString("")).matcher(text).find();
    }

    /** Of any characters but control characters and halves of surrogate pairs. */
    private String text(JsonNode schema) {
        int least = schema.path("minLength").asInt(0);
        int most = schema.path("maxLength").asInt(least + 64);
        int length = random.nextInt(3) == 0 ? most : least + random.nextInt(most - least + 1);
        return random.ints(0x20, 0x10000).filter(point -> Character.isDefined(point) && !Character.isISOControl(point)
                && !Character.isSurrogate((char) point)).limit(length)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append).toString();
    }

    <T> T any(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }
}
