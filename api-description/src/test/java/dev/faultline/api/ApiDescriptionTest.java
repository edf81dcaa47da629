package dev.faultline.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.springdoc.core.configuration.SpringDocConfiguration;
import org.springdoc.core.properties.SpringDocConfigProperties;
import org.springdoc.webmvc.core.configuration.MultipleOpenApiSupportConfiguration;
import org.springdoc.webmvc.core.configuration.SpringDocWebMvcConfiguration;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.webmvc.test.autoconfigure.WebMvcTest;
import org.springframework.context.annotation.Import;
import org.springframework.test.web.servlet.MockMvc;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@WebMvcTest(properties = "springdoc.default-produces-media-type=application/json")
@Import(PublicControllers.class)
@ImportAutoConfiguration({SpringDocConfiguration.class, SpringDocConfigProperties.class,
    SpringDocWebMvcConfiguration.class, MultipleOpenApiSupportConfiguration.class})
class ApiDescriptionTest {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final Path CURRENT = Path.of("../gateway-service/src/main/resources/openapi.json");
    private static final Path RELEASED = Path.of("src/test/resources/released.json");

    @Autowired private MockMvc mvc;

    @Test
    void theGatewayServesWhatTheControllersSay() throws Exception {
        String described = ApiDescription.of(mvc).toPrettyString() + "\n";
        if (Boolean.getBoolean("faultline.api.update")) {
            Files.writeString(CURRENT, described);
        }
        assertThat(described).as("%s; to update it: mvn verify -pl api-description -am -DskipITs -Dtest=%s"
                + " -Dfaultline.api.update=true", CURRENT, getClass().getSimpleName()).isEqualTo(Files.readString(
                        CURRENT));
    }

    @Test
    void everyOperationAndParameterIsExplainedWithAnExample() throws Exception {
        var missing = new ArrayList<String>();
        for (JsonNode path : ApiDescription.of(mvc).get("paths")) {
            for (JsonNode operation : path) {
                String name = operation.path("operationId").asString();
                for (String field : List.of("summary", "description", "tags")) {
                    if (operation.path(field).isMissingNode()) {
                        missing.add(name + ": " + field);
                    }
                }
                for (JsonNode parameter : operation.path("parameters")) {
                    if (!parameter.has("$ref") && !(parameter.has("description") && parameter.has("example"))) {
                        missing.add(name + ": parameter " + parameter.get("name").asString());
                    }
                }
                if (operation.has("requestBody") && operation.at("/requestBody/content/application~1json/example")
                        .isMissingNode()) {
                    missing.add(name + ": example of the body");
                }
                if (operation.at("/responses/200/content/application~1json/example").isMissingNode()) {
                    missing.add(name + ": example of the response");
                }
            }
        }
        assertThat(missing).isEmpty();
    }

    /** {@link BrokenClientsTest} is its control. */
    @Test
    void noChangeBreaksAClientOfTheLastReleasedDescription() throws IOException {
        assertThat(BrokenClients.between(JSON.readTree(Files.readString(RELEASED)), JSON.readTree(Files.readString(
                CURRENT)))).isEmpty();
    }
}
