package dev.faultline.system.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

import dev.faultline.system.api.ApiDescription.Operation;
import dev.faultline.system.api.Mutation.Expected;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** That {@link ApiPropertyIT} leaves nothing out, and sees what is wrong. */
class MutationsTest {
    private static final Path FILE = Path.of("../gateway-service/src/main/resources/openapi.json");

    private final ApiDescription description = new ApiDescription(read());
    private final Conformance conformance = new Conformance(description);

    private static String read() {
        try {
            return Files.readString(FILE);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private Sample sample(Operation operation, long seed) {
        var values = new Values(description, new SplittableRandom(seed), Map.of());
        return Sample.of(operation, values, of -> of.scopes().stream().findFirst().map(scope -> "Bearer " + scope));
    }

    @Test
    void everyMutationChangesARequestOfSomeOperation() {
        var unused = new ArrayList<>(Mutations.ALL);
        description.operations().forEach(operation -> unused.removeIf(mutation -> mutation.changes().apply(sample(
                operation, 1)).findAny().isPresent()));
        assertThat(unused).isEmpty();
    }

    @Test
    void everyOperationGetsInvalidValuesOfEachOfItsParametersAndFields() {
        for (Operation operation : description.operations()) {
            List<String> sent = IntStream.range(0, 20).boxed().flatMap(seed -> Mutations.ALL.stream().flatMap(
                    mutation -> mutation.changes().apply(sample(operation, seed))).map(attempt -> attempt.detail()
                            + attempt.request())).toList();
            assertThat(sent).as(operation.id()).hasSizeGreaterThan(500);
            operation.parameters().forEach(parameter -> assertThat(sent).as("%s: %s", operation, parameter.name())
                    .anyMatch(attempt -> attempt.startsWith(parameter.name()) || (parameter.where().equals("query")
                            && attempt.contains("?" + parameter.name() + "="))));
        }
    }

    @Test
    void theSameSeedGivesTheSameRequests() {
        for (Operation operation : description.operations()) {
            assertThat(sample(operation, 7).request().encoded()).isEqualTo(sample(operation, 7).request().encoded());
        }
    }

    @Test
    void requestsAreValidByTheDescription() {
        for (Operation operation : description.operations()) {
            for (int seed = 0; seed < 200; seed++) {
                Optional<byte[]> body = sample(operation, seed).json().map(Sample::bytes);
                operation.body().ifPresent(schema -> assertThat(conformance.errors(schema, body
                        .orElseThrow())).isEmpty());
            }
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "200 | application/json         | {\"sku\":\"A\",\"available\":1,\"reserved\":0}         | x | ''",
        "200 | application/json         | {\"sku\":\"A\",\"available\":1}                        | x | required property",
        "200 | application/json         | {\"sku\":\"A\",\"available\":1.5,\"reserved\":0}       | x | integer expected",
        "200 | application/json         | {\"sku\":\"A\",\"available\":1,\"reserved\":0,\"b\":1} | x | additional",
        "200 | text/html                | <html/>                                                | x | media type",
        "200 | application/json         | {                                                      | x | no JSON",
        "200 | application/json         | {\"sku\":\"A\",\"available\":1,\"reserved\":0}         |   | X-Correlation-Id is missing",
        "204 | application/json         | {}                                                     | x | not described",
        "500 | application/problem+json | {}                                                     | x | a server error",
        "503 | application/problem+json | {}                                                     | x | a server error",
        "404 | application/problem+json | {\"status\":422}                                       | x | has the status 422",
        "404 | application/problem+json | {\"detail\":\"java.lang.NullPointerException\"}        | x | something internal",
        "401 | application/problem+json | {}                                                     | x | without WWW-Authenticate"})
    void whatIsWrongWithAResponseIsFound(int status, String type, String body, String correlation, String found) {
        Operation operation = description.operations().stream().filter(known -> known.id().equals("getStock"))
                .findFirst()
                .orElseThrow();
        var headers = new java.util.TreeMap<>(Map.of("content-type", List.of(type)));
        if (correlation != null) {
            headers.put("x-correlation-id", List.of(correlation));
        }
        List<String> findings = conformance.findings(operation, Expected.DESCRIBED, false, new Response(
                status, headers, body.getBytes(StandardCharsets.UTF_8)));
        if (found.isEmpty()) {
            assertThat(findings).isEmpty();
        } else {
            assertThat(String.join("\n", findings)).contains(found);
        }
    }
}
