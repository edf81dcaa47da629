package dev.faultline.system.api;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** An OpenAPI 3.1 description, with references resolved. */
final class ApiDescription {
    private static final JsonMapper JSON = JsonMapper.shared();

    private final JsonNode root;
    private final List<Operation> operations = new ArrayList<>();

    /** @param where {@code path}, {@code query} or {@code header} */
    record Parameter(String name, String where, boolean required, JsonNode schema) {}

    /**
     * @param body the schema of the JSON body
     * @param scopes of which a caller needs one; none if the operation is open to everybody
     */
    record Operation(String id, String method, String path, List<Parameter> parameters, Optional<JsonNode> body,
            JsonNode responses, Set<String> scopes) {

        List<Parameter> in(String where) {
            return parameters.stream().filter(parameter -> parameter.where.equals(where)).toList();
        }

        @Override
        public String toString() {
            return id;
        }
    }

    ApiDescription(String json) {
        this.root = JSON.readTree(json);
        root.get("paths").properties().forEach(path -> path.getValue().properties().forEach(operation -> operations.add(
                operation(operation.getKey(), path.getKey(), operation.getValue()))));
    }

    private Operation operation(String method, String path, JsonNode node) {
        var parameters = new ArrayList<Parameter>();
        for (JsonNode given : node.path("parameters")) {
            JsonNode parameter = resolved(given);
            parameters.add(new Parameter(parameter.get("name").asString(), parameter.get("in").asString(), parameter
                    .path("required").asBoolean(false), resolved(parameter.get("schema"))));
        }
        var scopes = new TreeSet<String>();
        node.path("security").forEach(alternative -> alternative.forEach(names -> names.forEach(name -> scopes.add(name
                .asString()))));
        JsonNode body = node.at("/requestBody/content/application~1json/schema");
        return new Operation(node.get("operationId").asString(), method.toUpperCase(java.util.Locale.ROOT), path,
                parameters, body.isMissingNode() ? Optional.empty() : Optional.of(body), node.get("responses"), scopes);
    }

    List<Operation> operations() {
        return List.copyOf(operations);
    }

    /** The methods that a path has, for the template of a path. */
    Set<String> methods(String path) {
        var methods = new TreeSet<String>();
        operations.stream().filter(operation -> operation.path.equals(path)).forEach(operation -> methods.add(
                operation.method));
        return methods;
    }

    /** What a {@code $ref} points to, or else the node itself. */
    JsonNode resolved(JsonNode node) {
        return node.has("$ref") ? root.at(node.get("$ref").asString().substring(1)) : node;
    }

    JsonNode root() {
        return root;
    }
}
