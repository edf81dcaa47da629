package dev.faultline.service.web;

import java.util.List;

import dev.faultline.sharding.Consistency;
import dev.faultline.sharding.ConsistentReads;
import dev.faultline.sharding.Reads;
import dev.faultline.sharding.Reads.Source;
import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.converter.HttpMessageConverter;
import org.springframework.http.server.ServerHttpRequest;
import org.springframework.http.server.ServerHttpResponse;
import org.springframework.http.server.ServletServerHttpRequest;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.bind.support.WebDataBinderFactory;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.context.request.RequestAttributes;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.method.support.ModelAndViewContainer;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
import org.springframework.web.servlet.mvc.method.annotation.ResponseBodyAdvice;

/**
 * A controller that has an argument of type {@link Reads} gets what the request's headers ask for, and the response's headers
 * say where the answer comes from, also if it is a problem.
 */
@ControllerAdvice
final class ConsistencyHeaders implements WebMvcConfigurer, HandlerMethodArgumentResolver, ResponseBodyAdvice<Object> {
    static final String CONSISTENCY = "Consistency";
    static final String TOKEN = "Consistency-Token";
    static final String SERVED_BY = "Served-By";
    static final String STALENESS = "Staleness-Ms";
    private static final String READS = "dev.faultline.reads";

    private final ConsistentReads reads;

    ConsistencyHeaders(ConsistentReads reads) {
        this.reads = reads;
    }

    @Override
    public void addArgumentResolvers(List<HandlerMethodArgumentResolver> resolvers) {
        resolvers.add(this);
    }

    @Override
    public boolean supportsParameter(MethodParameter parameter) {
        return parameter.getParameterType() == Reads.class;
    }

    @Override
    public Reads resolveArgument(MethodParameter parameter, @Nullable ModelAndViewContainer container,
            NativeWebRequest request, @Nullable WebDataBinderFactory binders) {
        String word = request.getHeader(CONSISTENCY);
        if (word == null) {
            return Reads.BY_DEFAULT;
        }
        Reads asked = begin(consistency(word), request.getHeader(TOKEN));
        request.setAttribute(READS, asked, RequestAttributes.SCOPE_REQUEST);
        return asked;
    }

    private static Consistency consistency(String word) {
        try {
            return Consistency.parse(word);
        } catch (IllegalArgumentException e) {
            throw new ProblemException(HttpStatus.BAD_REQUEST, "unknown-consistency", "There is no such consistency",
                    CONSISTENCY + ": " + e.getMessage());
        }
    }

    private Reads begin(Consistency consistency, @Nullable String token) {
        try {
            return reads.begin(consistency, token);
        } catch (IllegalArgumentException e) {
            throw new ProblemException(HttpStatus.BAD_REQUEST, "invalid-consistency-token",
                    "The consistency token cannot be used", TOKEN + ": " + e.getMessage());
        }
    }

    @Override
    public boolean supports(MethodParameter returnType, Class<? extends HttpMessageConverter<?>> converter) {
        return true;
    }

    @Override
    public @Nullable Object beforeBodyWrite(@Nullable Object body, MethodParameter returnType, MediaType type,
            Class<? extends HttpMessageConverter<?>> converter, ServerHttpRequest request,
            ServerHttpResponse response) {
        if (request instanceof ServletServerHttpRequest servlet
                && servlet.getServletRequest().getAttribute(READS) instanceof Reads asked) {
            asked.source().ifPresent(source -> add(source, response.getHeaders()));
        }
        return body;
    }

    private static void add(Source source, HttpHeaders headers) {
        headers.set(SERVED_BY, source.fromReplica() ? "replica" : "primary");
        if (source.staleness() != null) {
            headers.set(STALENESS, Long.toString(source.staleness().toMillis()));
        }
        if (source.token() != null) {
            headers.set(TOKEN, source.token());
        }
    }
}
