package dev.faultline.gateway;

import static org.springframework.web.servlet.function.RequestPredicates.GET;

import java.time.Duration;
import java.util.Objects;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.ClassPathResource;
import org.springframework.http.CacheControl;
import org.springframework.http.MediaType;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.servlet.function.ServerResponse;
import org.webjars.WebJarVersionLocator;

/** {@code /openapi.json}, the description of the API, and {@code /docs}, the page on which one reads and tries it. */
@Configuration(proxyBeanMethods = false)
class Documentation {
    /** The page neither loads nor calls anything from another host, and is in no other page's frame. */
    private static final String POLICY = "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline';"
            + " frame-ancestors 'none'";
    private static final MediaType CSS = new MediaType("text", "css");
    private static final MediaType JAVASCRIPT = new MediaType("text", "javascript");

    @Bean
    RouterFunction<ServerResponse> descriptionAndPage() {
        String swaggerUi = "META-INF/resources/webjars/swagger-ui/"
                + Objects.requireNonNull(new WebJarVersionLocator().version("swagger-ui")) + "/";
        return file("/openapi.json", "openapi.json", MediaType.APPLICATION_JSON)
                .and(file("/docs", "docs/index.html", MediaType.TEXT_HTML))
                .and(file("/docs/page.js", "docs/page.js", JAVASCRIPT))
                .and(file("/docs/swagger-ui-bundle.js", swaggerUi + "swagger-ui-bundle.js", JAVASCRIPT))
                .and(file("/docs/swagger-ui.css", swaggerUi + "swagger-ui.css", CSS));
    }

    private static RouterFunction<ServerResponse> file(String path, String resource, MediaType type) {
        var file = new ClassPathResource(resource);
        return RouterFunctions.route(GET(path), _ -> ServerResponse.ok().contentType(type)
                .cacheControl(CacheControl.maxAge(Duration.ofMinutes(5)))
                .header("Content-Security-Policy", POLICY).header("X-Content-Type-Options", "nosniff").body(file));
    }
}
