package dev.faultline.system.api;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import dev.faultline.system.api.ApiDescription.Operation;
import dev.faultline.system.api.ApiDescription.Parameter;
import tools.jackson.databind.JsonNode;

/**
 * A valid request of an operation.
 *
 * @param values with which it was generated
 * @param callers with which it was authorized
 */
record Sample(Operation operation, Request request, Optional<JsonNode> json, Values values, Callers callers) {

    /** The value of the header {@code Authorization} for each operation. */
    @FunctionalInterface
    interface Callers {
        /** @return of a caller that may use the operation, or if it is open, of none: empty */
        Optional<String> of(Operation operation);
    }

    static Sample of(Operation operation, Values values, Callers callers) {
        var query = new ArrayList<String>();
        for (Parameter parameter : optional(operation, "query", values)) {
            query.add(parameter.name() + "=" + encoded(values.of(parameter.name(), parameter.schema())));
        }
        String path = operation.path();
        for (Parameter parameter : operation.in("path")) {
            path = path.replace("{" + parameter.name() + "}", encoded(values.of(parameter.name(), parameter.schema())));
        }
        Optional<JsonNode> body = operation.body().map(schema -> values.of("body", schema));
        var request = new Request(operation.method(), path + (query.isEmpty() ? "" : "?" + String.join("&", query)),
                List.of(), body.map(Sample::bytes).orElse(null)).with("Host", "localhost").with("Accept",
                        "application/json");
        if (body.isPresent()) {
            request = request.with("Content-Type", "application/json");
        }
        for (Parameter parameter : optional(operation, "header", values)) {
            request = request.with(parameter.name(), values.of(parameter.name(), parameter.schema()).asString());
        }
        Optional<String> caller = callers.of(operation);
        return new Sample(operation, caller.isPresent() ? request.with("Authorization", caller.get()) : request, body,
                values, callers);
    }

    /** The parameters of a request: the required ones, and each of the others in every second request. */
    private static List<Parameter> optional(Operation operation, String where, Values values) {
        return operation.in(where).stream().filter(parameter -> parameter.required() || values.random().nextBoolean())
                .toList();
    }

    static String encoded(JsonNode value) {
        return encoded(value.asString());
    }

    static String encoded(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8).replace("+", "%20");
    }

    static byte[] bytes(JsonNode body) {
        return body.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** The request with another body. */
    Request with(JsonNode body) {
        return request.body(bytes(body));
    }

    /** The request with another value of a parameter in its path, which is not encoded. */
    Request withPath(String parameter, String value) {
        String template = operation.path().replaceFirst("\\{" + parameter + "}", "\u0000");
        for (Parameter other : operation.in("path")) {
            template = template.replace("{" + other.name() + "}", encoded(values.of(other.name(), other.schema())));
        }
        return request.at(template.replace("\u0000", value));
    }

    String path() {
        return request.target().replaceFirst("\\?.*", "");
    }
}
