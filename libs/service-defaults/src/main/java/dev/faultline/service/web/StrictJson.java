package dev.faultline.service.web;

import java.nio.charset.StandardCharsets;
import java.util.List;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.jackson.autoconfigure.JsonFactoryBuilderCustomizer;
import org.springframework.boot.jackson.autoconfigure.JsonMapperBuilderCustomizer;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.config.annotation.ContentNegotiationConfigurer;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.json.JsonFactoryBuilder;
import tools.jackson.databind.cfg.CoercionAction;
import tools.jackson.databind.cfg.CoercionInputShape;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.type.LogicalType;

/**
 * Bodies are in UTF-8 and not compressed, and a value has the type that it should have. Others are refused instead of
 * guessed, because what stands before a service may guess differently. Responses are JSON whatever the request accepts:
 * there is nothing else to choose from.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc8259#section-8.1">RFC 8259, section 8.1</a>
 */
final class StrictJson
        implements
            WebMvcConfigurer,
            HandlerInterceptor,
            JsonFactoryBuilderCustomizer,
            JsonMapperBuilderCustomizer {
    private static final String SLUG = "unsupported-media-type";

    /** Jackson would take bytes that look like UTF-16 or UTF-32 for that. */
    @Override
    public void customize(JsonFactoryBuilder json) {
        json.disable(TokenStreamFactory.Feature.CHARSET_DETECTION);
    }

    /** Jackson would take {@code 17} for {@code "17"}. */
    @Override
    public void customize(JsonMapper.Builder json) {
        json.addModule(new SimpleModule("operation-arguments").setDeserializers(new OperationArguments()));
        json.withCoercionConfig(LogicalType.Textual, texts -> List.of(CoercionInputShape.Integer,
                CoercionInputShape.Float, CoercionInputShape.Boolean).forEach(shape -> texts.setCoercion(shape,
                        CoercionAction.Fail)));
    }

    @Override
    public void configureContentNegotiation(ContentNegotiationConfigurer negotiation) {
        negotiation.ignoreAcceptHeader(true).defaultContentType(MediaType.APPLICATION_JSON);
    }

    @Override
    public void addInterceptors(InterceptorRegistry interceptors) {
        interceptors.addInterceptor(this);
    }

    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
        if (RequestBodies.hasBody(request)) {
            check(request.getHeader(HttpHeaders.CONTENT_ENCODING));
            if (!isConcreteAndInUtf8(request.getContentType())) {
                throw new ProblemException(HttpStatus.UNSUPPORTED_MEDIA_TYPE, SLUG,
                        "The body's type is not supported", "Content-Type must be one type, in UTF-8.");
            }
        }
        return true;
    }

    private static void check(@Nullable String encoding) {
        if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
            var problem = new ProblemException(HttpStatus.UNSUPPORTED_MEDIA_TYPE, SLUG,
                    "The body's encoding is not supported", "Send the body without Content-Encoding.");
            problem.getHeaders().set(HttpHeaders.ACCEPT_ENCODING, "identity");
            throw problem;
        }
    }

    /** Also if there is none: what needs one says so itself. */
    private static boolean isConcreteAndInUtf8(@Nullable String given) {
        if (given == null || given.isBlank()) {
            return true;
        }
        try {
            MediaType type = MediaType.parseMediaType(given);
            return type.isConcrete() && (type.getCharset() == null || type.getCharset().equals(StandardCharsets.UTF_8));
        } catch (InvalidMediaTypeException e) {
            return false;
        }
    }
}
