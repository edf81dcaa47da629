package dev.faultline.api;

import java.lang.reflect.RecordComponent;
import java.util.Iterator;
import java.util.List;

import com.fasterxml.jackson.databind.JavaType;
import io.swagger.v3.core.converter.AnnotatedType;
import io.swagger.v3.core.converter.ModelConverter;
import io.swagger.v3.core.converter.ModelConverterContext;
import io.swagger.v3.core.util.Json;
import io.swagger.v3.oas.models.media.Schema;
import org.jspecify.annotations.Nullable;

/** Every component of a record is always there, unless it is {@code @Nullable}. */
final class RequiredComponents implements ModelConverter {
    @Override
    @SuppressWarnings("rawtypes") // as in the interface
    public @Nullable Schema resolve(AnnotatedType type, ModelConverterContext context, Iterator<ModelConverter> chain) {
        if (!chain.hasNext()) {
            return null;
        }
        Schema<?> resolved = chain.next().resolve(type, context, chain);
        JavaType java = Json.mapper().constructType(type.getType());
        if (resolved != null && java.isRecordType()) {
            Schema<?> described = resolved.get$ref() == null ? resolved
                    : context.getDefinedModels().get(resolved.get$ref().replaceFirst(".*/", ""));
            require(described, java.getRawClass().getRecordComponents());
        }
        return resolved;
    }

    private static void require(@Nullable Schema<?> described, RecordComponent[] components) {
        if (described != null && described.getProperties() != null) {
            List.of(components).forEach(component -> {
                if (!component.getAnnotatedType().isAnnotationPresent(Nullable.class)) {
                    described.addRequiredItem(component.getName());
                }
            });
        }
    }
}
