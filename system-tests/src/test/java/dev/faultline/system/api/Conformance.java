package dev.faultline.system.api;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.dialect.Dialects;
import dev.faultline.system.api.ApiDescription.Operation;
import dev.faultline.system.api.Mutation.Expected;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Compares responses with the description: status, media type, headers, and the body by JSON Schema 2020-12 with formats
 * asserted. A field that is not described is a finding too.
 */
final class Conformance {
    private static final String DOCUMENT = "https://faultline.dev/openapi.json";
    private static final String PROBLEM = "application/problem+json";
    /** Of HTTP itself, which no description names. */
    private static final Set<String> HEADERS_OF_HTTP = Set.of("allow", "connection", "content-disposition",
            "content-length", "content-type",
            "date", "keep-alive", "transfer-encoding", "vary", "accept", "accept-encoding");
    private static final Pattern INTERNAL = Pattern.compile(
            "\\bat [a-z]+\\.|Exception|\\bjava[x.]|jakarta|dev\\.faultline\\.|springframework|tomcat|jackson|postgres"
                    + "|\\.java\\b|SELECT|Caused by", Pattern.CASE_INSENSITIVE);

    private final ApiDescription description;
    private final SchemaRegistry registry;
    private final Map<String, Schema> schemas = new HashMap<>();

    Conformance(ApiDescription description) {
        this.description = description;
        var closed = (ObjectNode) description.root().deepCopy();
        closed.findParents("properties").forEach(schema -> ((ObjectNode) schema).put("additionalProperties", false));
        String text = closed.toString();
        this.registry = SchemaRegistry.withDialect(Dialects.getOpenApi31(), builder -> builder.schemaRegistryConfig(
                SchemaRegistryConfig.builder().formatAssertionsEnabled(true).build()).schemas(Map.of(DOCUMENT, text)));
    }

    /**
     * What is wrong with a response, in sentences; nothing if it is as described.
     *
     * @param head whether the response is to HEAD, and has no body
     */
    List<String> findings(Operation operation, Expected expected, boolean head, Response response) {
        var findings = new ArrayList<String>();
        int status = response.status();
        if (status >= 500 && !(expected != Expected.REFUSED && expected != Expected.DESCRIBED && status == 501)) {
            findings.add("a server error");
        }
        boolean refused = status >= 400;
        if (expected != Expected.DESCRIBED && !refused) {
            findings.add("it was not refused");
        }
        if (status == 401 && response.header("WWW-Authenticate").isEmpty()) {
            findings.add("a 401 without WWW-Authenticate");
        }
        if (INTERNAL.matcher(response.text()).find()) {
            findings.add("it shows something internal: " + response.text());
        }
        JsonNode described = operation.responses().path(String.valueOf(status));
        if (described.isMissingNode()) {
            if (expected == Expected.REFUSED || expected == Expected.DESCRIBED) {
                findings.add("the status is not described");
            }
            described = operation.responses().get("400");
        }
        described = description.resolved(described);
        headers(described, response, findings);
        if (!head) {
            body(described, refused, response, findings);
        }
        return findings;
    }

    private void headers(JsonNode described, Response response, List<String> findings) {
        var known = described.path("headers").properties().stream().map(header -> header.getKey().toLowerCase(
                Locale.ROOT)).collect(Collectors.toSet());
        response.headers().keySet().stream().filter(name -> !known.contains(name) && !HEADERS_OF_HTTP.contains(name))
                .forEach(name -> findings.add("the header " + name + " is not described"));
        described.path("headers").properties().forEach(header -> {
            JsonNode declared = description.resolved(header.getValue());
            var value = response.header(header.getKey());
            if (value.isEmpty() && declared.path("required").asBoolean(false)) {
                findings.add("the header " + header.getKey() + " is missing");
            }
            if (value.isPresent() && declared.at("/schema/type").asString().equals("integer")
                    && !value.get().matches("\\d{1,18}")) {
                findings.add("the header " + header.getKey() + " is no number: " + value.get());
            }
        });
    }

    private void body(JsonNode described, boolean refused, Response response, List<String> findings) {
        String type = response.header("content-type").orElse("none").replaceFirst("\\s*;.*", "");
        JsonNode content = described.path("content").path(type);
        if (content.isMissingNode() || refused != type.equals(PROBLEM)) {
            findings.add("the media type is not described: " + type);
            return;
        }
        try {
            JsonNode body = JsonMapper.shared().readTree(response.body());
            errors(content.get("schema"), response.body()).forEach(error -> findings.add(
                    "the body is not as described: " + error));
            if (refused && body.path("status").asInt() != response.status()) {
                findings.add("the problem has the status " + body.path("status"));
            }
        } catch (JacksonException e) {
            findings.add("the body is no JSON: " + e.getMessage());
        }
    }

    /** What is wrong with a body by a schema of the description. */
    List<String> errors(JsonNode schema, byte[] body) {
        return schema(schema).validate(JsonMapper.shared().readTree(body)).stream().map(error -> error
                .getInstanceLocation() + " " + error.getMessage()).toList();
    }

    private Schema schema(JsonNode given) {
        String reference = given.has("$ref") ? given.get("$ref").asString()
                : "#/components/schemas/" + given.at("/items/$ref").asString().replaceFirst(".*/", "");
        return schemas.computeIfAbsent(given.toString(), _ -> given.has("$ref") ? registry.getSchema(SchemaLocation.of(
                DOCUMENT + reference))
                : registry.getSchema("{\"type\": \"array\", \"items\": {\"$ref\": \"" + DOCUMENT + reference + "\"}}"));
    }
}
