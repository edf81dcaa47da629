package dev.faultline.service.web;

import java.util.LinkedHashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.BeanDescription;
import tools.jackson.databind.DeserializationConfig;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.KeyDeserializer;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.deser.std.StdDeserializer;
import tools.jackson.databind.jsontype.TypeDeserializer;
import tools.jackson.databind.module.SimpleDeserializers;
import tools.jackson.databind.type.MapType;

/** Spring Boot gives an operation of an actuator endpoint its arguments as texts, so numbers and booleans become texts here. */
final class OperationArguments extends SimpleDeserializers {

    @Override
    public @Nullable ValueDeserializer<?> findMapDeserializer(MapType type, DeserializationConfig config,
            BeanDescription.Supplier bean, @Nullable KeyDeserializer keys, @Nullable TypeDeserializer types,
            @Nullable ValueDeserializer<?> values) {
        boolean areTexts = type.getKeyType().hasRawClass(String.class)
                && type.getContentType().hasRawClass(String.class);
        return type.hasRawClass(Map.class) && areTexts ? new Texts(type) : null;
    }

    private static final class Texts extends StdDeserializer<Map<String, @Nullable String>> {
        private Texts(MapType type) {
            super(type);
        }

        @Override
        public Map<String, @Nullable String> deserialize(JsonParser json, DeserializationContext context) {
            var texts = new LinkedHashMap<String, @Nullable String>();
            if (!json.isExpectedStartObjectToken()) {
                context.handleUnexpectedToken(getValueType(context), json);
            }
            for (String name = json.nextName(); name != null; name = json.nextName()) {
                JsonToken value = json.nextToken();
                if (!value.isScalarValue()) {
                    throw notAText(texts, name, json, context);
                }
                texts.put(name, value == JsonToken.VALUE_NULL ? null : json.getString());
            }
            return texts;
        }

        private static JacksonException notAText(Object arguments, String name, JsonParser json,
                DeserializationContext context) {
            try {
                context.handleUnexpectedToken(String.class, json);
                throw new IllegalStateException("a handler of problems is registered");
            } catch (JacksonException e) {
                return e.prependPath(arguments, name);
            }
        }
    }
}
