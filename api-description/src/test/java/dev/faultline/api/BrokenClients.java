package dev.faultline.api;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

import tools.jackson.databind.JsonNode;

/**
 * Why a client of one OpenAPI 3.1 description would not work with a later one. What a client may send must still be
 * accepted, and what it gets must be what it knows, with further fields at most.
 */
final class BrokenClients {
    private static final List<String> MOST = List.of("maximum", "exclusiveMaximum", "maxLength", "maxItems");
    private static final List<String> LEAST = List.of("minimum", "exclusiveMinimum", "minLength", "minItems");

    private final JsonNode before;
    private final JsonNode after;
    private final List<String> reasons = new ArrayList<>();

    private BrokenClients(JsonNode before, JsonNode after) {
        this.before = before;
        this.after = after;
    }

    /** One sentence each; nothing if every client goes on working. */
    static List<String> between(JsonNode before, JsonNode after) {
        var clients = new BrokenClients(before, after);
        before.get("paths").properties().forEach(path -> path.getValue().properties().forEach(operation -> clients
                .operation(operation.getKey() + " " + path.getKey(), operation.getValue(), after.get("paths").path(path
                        .getKey()).path(operation.getKey()))));
        return clients.reasons;
    }

    private void breaks(boolean broken, String reason) {
        if (broken) {
            reasons.add(reason);
        }
    }

    private void operation(String at, JsonNode old, JsonNode now) {
        if (now.isMissingNode()) {
            reasons.add(at + " is gone");
            return;
        }
        Set<String> scopes = scopes(now);
        breaks(!scopes.isEmpty() && (scopes(old).isEmpty() || !scopes.containsAll(scopes(old))),
                at + " needs another scope");
        for (JsonNode given : now.path("parameters")) {
            JsonNode parameter = resolved(after, given);
            breaks(parameter.path("required").asBoolean() && !find(before, old, parameter).path("required").asBoolean(),
                    at + " needs the parameter " + parameter.get("name"));
        }
        for (JsonNode given : old.path("parameters")) {
            JsonNode parameter = resolved(before, given);
            JsonNode other = find(after, now, parameter);
            breaks(other.isMissingNode(), at + " has the parameter " + parameter.get("name") + " no more");
            schemas(Way.SENT, at + " " + parameter.get("name"), parameter.path("schema"), other.path("schema"));
        }
        breaks(now.at("/requestBody/required").asBoolean() && !old.at("/requestBody/required").asBoolean(),
                at + " needs a body");
        old.at("/requestBody/content").properties().forEach(content -> {
            JsonNode other = now.at("/requestBody/content").path(content.getKey());
            breaks(other.isMissingNode(), at + " does not take " + content.getKey());
            schemas(Way.SENT, at, content.getValue().path("schema"), other.path("schema"));
        });
        breaks(!successes(old).equals(successes(now)), at + " has other statuses of success");
        old.get("responses").properties().forEach(response -> response(at + " " + response.getKey(), response
                .getValue(), now.get("responses").path(response.getKey())));
    }

    /** A status that is gone breaks nobody, unless it is one of success. */
    private void response(String at, JsonNode old, JsonNode now) {
        if (now.isMissingNode()) {
            return;
        }
        old.path("headers").properties().forEach(header -> {
            JsonNode other = resolved(after, now.path("headers").path(header.getKey()));
            breaks(other.isMissingNode() || (resolved(before, header.getValue()).path("required").asBoolean() && !other
                    .path("required").asBoolean()), at + " may lack the header " + header.getKey());
        });
        breaks(!names(old.path("content")).equals(names(now.path("content"))), at + " has another media type");
        old.path("content").properties().forEach(content -> schemas(Way.RECEIVED, at, content.getValue().path("schema"),
                now.path(
                        "content").path(content.getKey()).path("schema")));
    }

    /** What clients send has to be allowed still, and what they receive has to be what they were told. */
    private enum Way {
        SENT("takes"), RECEIVED("has");

        private final String verb;

        Way(String verb) {
            this.verb = verb;
        }
    }

    private void schemas(Way way, String at, JsonNode given, JsonNode other) {
        JsonNode old = resolved(before, given);
        JsonNode now = resolved(after, other);
        if (way == Way.SENT) {
            admits(at, now, old);
        } else {
            admits(at, old, now);
        }
        old.path("properties").properties().forEach(property -> {
            JsonNode same = now.path("properties").path(property.getKey());
            breaks(same.isMissingNode(), at + " " + way.verb + " " + property.getKey() + " no more");
            schemas(way, at + " " + property.getKey(), property.getValue(), same);
        });
        if (old.has("items")) {
            schemas(way, at + "[]", old.get("items"), now.path("items"));
        }
    }

    /** Whether one schema allows all that the other allows, their properties and elements aside. */
    private void admits(String at, JsonNode wide, JsonNode narrow) {
        breaks(!narrow.isMissingNode() && !wide.path("type").equals(narrow.path("type")), at + " has another type");
        for (String keyword : List.of("pattern", "format")) {
            breaks(wide.has(keyword) && !wide.get(keyword).equals(narrow.path(keyword)), at + " has another "
                    + keyword);
        }
        breaks(wide.has("enum") && !(narrow.has("enum") && words(wide, "enum").containsAll(words(narrow, "enum"))),
                at + " has other words");
        breaks(!words(narrow, "required").containsAll(words(wide, "required")), at + " has other required fields");
        breaks(isClosed(wide) && !isClosed(narrow), at + " takes no other fields any more");
        MOST.forEach(most -> breaks(wide.has(most) && !(narrow.has(most) && narrow.get(most).asLong() <= wide.get(most)
                .asLong()), at + " has another " + most));
        LEAST.forEach(least -> breaks(wide.has(least) && !(narrow.has(least) && narrow.get(least).asLong() >= wide.get(
                least).asLong()), at + " has another " + least));
    }

    private static boolean isClosed(JsonNode schema) {
        return schema.has("additionalProperties") && !schema.get("additionalProperties").asBoolean(true);
    }

    private static JsonNode find(JsonNode root, JsonNode operation, JsonNode parameter) {
        return operation.path("parameters").valueStream().map(given -> resolved(root, given)).filter(other -> other.get(
                "name").equals(parameter.get("name")) && other.get("in").equals(parameter.get("in"))).findFirst()
                .orElse(root.path("none"));
    }

    private static JsonNode resolved(JsonNode root, JsonNode node) {
        return node.has("$ref") ? root.at(node.get("$ref").asString().substring(1)) : node;
    }

    private static Set<String> words(JsonNode schema, String keyword) {
        return schema.path(keyword).valueStream().map(JsonNode::asString).collect(Collectors.toSet());
    }

    private static Set<String> names(JsonNode object) {
        return object.properties().stream().map(java.util.Map.Entry::getKey).collect(Collectors.toSet());
    }

    private static Set<String> successes(JsonNode operation) {
        return names(operation.get("responses")).stream().filter(status -> status.startsWith("2")).collect(Collectors
                .toSet());
    }

    /** Of which a caller needs one. */
    private static Set<String> scopes(JsonNode operation) {
        var scopes = new TreeSet<String>();
        operation.path("security").forEach(alternative -> alternative.forEach(names -> names.forEach(name -> scopes.add(
                name.asString()))));
        return scopes;
    }
}
