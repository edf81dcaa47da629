package dev.faultline.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Changes of the released description that break its clients, and changes that do not. */
class BrokenClientsTest {
    private static final JsonMapper JSON = JsonMapper.shared();

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", value = {
        "/paths/~1api~1orders/get                                                        | -",
        "/paths/~1api~1stock~1{sku}                                                      | -",
        "/paths/~1api~1orders/get/security                                               | [{\"a\": [\"orders.all\"]}]",
        "/paths/~1api~1catalogue~1{sku}/get/security                                     | [{\"a\": [\"orders\"]}]",
        "/paths/~1api~1orders/post/parameters/0/required                                 | true",
        "/paths/~1api~1orders/get/parameters                                             | []",
        "/paths/~1api~1orders~1{id}/get/parameters/0/schema/pattern                      | \"^x$\"",
        "/components/parameters/Consistency/schema/enum                                  | [\"strong\", \"session\"]",
        "/paths/~1api~1orders/get/parameters/1/schema/maximum                            | 50",
        "/components/schemas/PlaceOrderRequest/required                                  | [\"lines\", \"paymentMethod\", \"currency\"]",
        "/components/schemas/PlaceOrderRequest/properties/currency                       | -",
        "/components/schemas/PlaceOrderRequest/properties/currency/pattern               | \"^EUR$\"",
        "/components/schemas/PlaceOrderRequest/properties/lines/maxItems                 | 5",
        "/components/schemas/Line/properties/quantity/maximum                            | 100",
        "/components/schemas/Line/properties/quantity/minimum                            | 2",
        "/components/schemas/ReceiptRequest/properties/quantity/type                     | \"string\"",
        "/components/schemas/ProductRequest/properties/name/maxLength                    | 20",
        "/paths/~1api~1orders/post/requestBody/content/application~1json                 | -",
        "/paths/~1api~1orders/post/responses/202                                         | -",
        "/paths/~1api~1orders/get/responses/204                                          | {\"description\": \"\"}",
        "/paths/~1api~1orders/get/responses/200/content/application~1json                | -",
        "/paths/~1api~1orders/post/responses/200/headers/Location                        | -",
        "/components/headers/Retry-After/required                                        | false",
        "/components/schemas/StockLevel/properties/reserved                              | -",
        "/components/schemas/StockLevel/properties/reserved/type                         | \"string\"",
        "/components/schemas/StockLevel/required                                         | [\"available\", \"sku\"]",
        "/components/schemas/OrderResponse/properties/status/enum                        | [\"PENDING\", \"LOST\"]",
        "/components/schemas/Page/properties/orders/items                                | {\"type\": \"string\"}",
        "/components/schemas/Problem/properties/errors                                   | -"})
    void aChangeThatBreaksClientsIsFound(String at, String value) throws Exception {
        assertThat(BrokenClients.between(description(), changed(at, value))).isNotEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", value = {
        "/paths/~1api~1refunds                                             | {\"get\": {}}",
        "/paths/~1api~1orders/get/description                              | \"Other words.\"",
        "/paths/~1api~1orders/get/responses/409                            | {\"description\": \"\"}",
        "/paths/~1api~1orders/get/responses/422                            | -",
        "/paths/~1api~1orders/get/security                                 | -",
        "/paths/~1api~1orders/get/parameters/1/schema/maximum              | 500",
        "/components/parameters/Consistency/schema/enum                    | [\"strong\", \"session\", \"eventual\", \"any\"]",
        "/components/schemas/PlaceOrderRequest/properties/note             | {\"type\": \"string\"}",
        "/components/schemas/PlaceOrderRequest/required                    | [\"lines\"]",
        "/components/schemas/OrderResponse/properties/note                 | {\"type\": \"string\"}",
        "/components/schemas/OrderResponse/properties/status/enum          | [\"PENDING\", \"CONFIRMED\"]",
        "/components/schemas/Line/properties/quantity/maximum              | -"})
    void aChangeThatBreaksNobodyIsNotFound(String at, String value) throws Exception {
        assertThat(BrokenClients.between(description(), changed(at, value))).isEmpty();
    }

    private static JsonNode description() throws Exception {
        return JSON.readTree(Files.readString(Path.of("src/test/resources/released.json")));
    }

    /** @param value null to remove what is there */
    private static JsonNode changed(String at, String value) throws Exception {
        JsonNode changed = description();
        var pointer = JsonPointer.compile(at.strip());
        var parent = (ObjectNode) changed.at(pointer.head());
        String name = pointer.last().getMatchingProperty();
        if (value == null) {
            assertThat(parent.remove(name)).as(at).isNotNull();
        } else {
            parent.set(name, JSON.readTree(value));
        }
        return changed;
    }
}
