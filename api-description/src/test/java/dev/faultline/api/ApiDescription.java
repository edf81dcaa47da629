package dev.faultline.api;

import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;

import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.springframework.test.web.servlet.MockMvc;
import org.yaml.snakeyaml.Yaml;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The description that springdoc makes of the controllers, with what {@code description.yaml} adds to it, and with what holds
 * for all operations: headers, and the problems of the gateway and of the servers.
 */
final class ApiDescription {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final Map<String, List<String>> PROBLEMS_OF_ALL = Map.of(
            "400", List.of("malformed-request", "ambiguous-path"),
            "401", List.of("invalid-token"),
            "429", List.of("quota-exceeded"),
            "431", List.of("headers-too-large"),
            "500", List.of("internal-error"),
            "503", List.of("service-busy", "service-unavailable", "temporarily-unavailable", "too-many-bodies",
                    "issuer-unavailable"),
            "504", List.of("service-timeout"));

    private static final Map<String, List<String>> PROBLEMS_OF_BODIES = Map.of(
            "408", List.of("body-too-slow"),
            "413", List.of("body-too-large"),
            "415", List.of("unsupported-media-type"));

    private static final Map<String, List<String>> PROBLEMS_OF_CALLERS = Map.of(
            "401", List.of("missing-token"),
            "403", List.of("insufficient-scope"));

    private ApiDescription() {}

    static ObjectNode of(MockMvc controllers) throws Exception {
        var described = (ObjectNode) JSON.readTree(controllers.perform(get("/v3/api-docs")).andReturn().getResponse()
                .getContentAsString());
        try (InputStream additions = ApiDescription.class.getResourceAsStream("/description.yaml")) {
            merge(described, JSON.valueToTree(new Yaml().load(additions)), "");
        }
        described.get("paths").properties().forEach(path -> path.getValue().properties().forEach(operation -> complete(
                (ObjectNode) operation.getValue(), PublicControllers.scopesOf(operation.getKey(), path.getKey()))));
        var schemas = (ObjectNode) described.get("components").get("schemas");
        schemas.findParents("pattern").forEach(schema -> ((ObjectNode) schema).put("pattern", "^(?:" + schema.get(
                "pattern").asString() + ")$"));
        described.findValues("requestBody").forEach(body -> refuseOtherFields(body, schemas));
        return described;
    }

    /** As Jackson is configured to, in service-defaults. */
    private static void refuseOtherFields(JsonNode of, ObjectNode schemas) {
        of.findValues("$ref").forEach(reference -> {
            var schema = (ObjectNode) schemas.get(reference.asString().replaceFirst(".*/", ""));
            schema.put("additionalProperties", false);
            refuseOtherFields(schema, schemas);
        });
    }

    /** @throws IllegalArgumentException if the addition is to an operation or a parameter that does not exist */
    private static void merge(ObjectNode target, JsonNode addition, String at) {
        addition.properties().forEach(entry -> {
            String name = entry.getKey();
            JsonNode value = entry.getValue();
            if (target.get(name) instanceof ArrayNode parameters && value.isObject()) {
                value.properties().forEach(parameter -> merge(parameter(parameters, parameter.getKey(), at), parameter
                        .getValue(), at));
            } else if (target.get(name) instanceof ObjectNode inner && value.isObject()) {
                merge(inner, value, at + " " + name);
            } else if (at.matches(" paths( [^ ]+)?")) {
                throw new IllegalArgumentException("no controller has" + at + " " + name);
            } else {
                target.set(name, value);
            }
        });
    }

    private static ObjectNode parameter(ArrayNode parameters, String name, String at) {
        for (JsonNode parameter : parameters) {
            if (parameter.get("name").asString().equals(name)) {
                return (ObjectNode) parameter;
            }
        }
        throw new IllegalArgumentException("no parameter of" + at + " has the name " + name);
    }

    /** @param scopes of which the caller needs one; none if the operation is open to everybody */
    private static void complete(ObjectNode operation, Set<String> scopes) {
        var responses = (ObjectNode) operation.get("responses");
        add(responses, PROBLEMS_OF_ALL);
        if (!scopes.isEmpty()) {
            add(responses, PROBLEMS_OF_CALLERS);
            ArrayNode security = operation.putArray("security");
            scopes.forEach(scope -> security.addObject().putArray("accessToken").add(scope));
        }
        if (operation.has("requestBody")) {
            add(responses, PROBLEMS_OF_BODIES);
        }
        boolean reads = responses.at("/400/x-problems").valueStream().anyMatch(problem -> problem.asString().equals(
                "unknown-consistency"));
        var byStatus = new TreeMap<String, JsonNode>();
        responses.properties().forEach(response -> byStatus.put(response.getKey(), response.getValue()));
        responses.removeAll();
        byStatus.forEach((status, response) -> responses.set(status, status.startsWith("2") || status.startsWith("3")
                ? success((ObjectNode) response, reads)
                : problem(status, response, reads)));
        if (reads) {
            ArrayNode parameters = operation.withArrayProperty("parameters");
            for (String name : List.of("Consistency", "Consistency-Token")) {
                parameters.addObject().put("$ref", "#/components/parameters/" + name);
            }
        }
    }

    private static void add(ObjectNode responses, Map<String, List<String>> byStatus) {
        byStatus.forEach((status, problems) -> responses.withObjectProperty(status).withArrayProperty("x-problems")
                .addAll(problems.stream().map(JsonNodeFactory.instance::stringNode).toList()));
    }

    private static ObjectNode success(ObjectNode response, boolean reads) {
        var names = new ArrayList<>(List.of("X-Correlation-Id", "Consistency-Token"));
        if (reads) {
            names.addAll(List.of("Served-By", "Staleness-Ms"));
        }
        headers(response, names);
        return response;
    }

    private static ObjectNode problem(String status, JsonNode response, boolean reads) {
        ObjectNode problem = JSON.createObjectNode();
        problem.put("description", response.get("x-problems").valueStream().map(type -> "`" + type.asString() + "`")
                .collect(Collectors.joining(", ")));
        headers(problem, switch (status) {
            case "429", "503", "504" -> List.of("X-Correlation-Id", "Retry-After");
            case "401", "403" -> List.of("X-Correlation-Id", "WWW-Authenticate");
            case "404" -> reads ? List.of("X-Correlation-Id", "Consistency-Token", "Served-By", "Staleness-Ms")
                    : List.of("X-Correlation-Id");
            default -> List.of("X-Correlation-Id");
        });
        problem.putObject("content").putObject("application/problem+json").putObject("schema")
                .put("$ref", "#/components/schemas/Problem");
        return problem;
    }

    /** Requests of callers with a limit are counted, whatever their answers are. */
    private static void headers(ObjectNode response, List<String> names) {
        Stream.concat(names.stream(), Stream.of("RateLimit-Policy", "RateLimit")).forEach(name -> response
                .withObjectProperty("headers").putObject(name)
                .put("$ref", "#/components/headers/" + name));
    }
}
