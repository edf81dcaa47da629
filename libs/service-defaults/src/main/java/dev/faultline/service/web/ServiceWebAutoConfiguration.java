package dev.faultline.service.web;

import java.time.Duration;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.tomcat.ConfigurableTomcatWebServerFactory;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.util.unit.DataSize;

/** Error responses, body limit and correlation for servlet services. */
@AutoConfiguration
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@Import({ProblemExceptionHandler.class, DatabaseProblems.class})
public class ServiceWebAutoConfiguration {

    /** An order with 100 lines has about 6 KB. */
    @Bean
    BodyLimitFilter bodyLimitFilter(@Value("${faultline.web.max-body:64KB}") DataSize limit) {
        return new BodyLimitFilter(limit);
    }

    @Bean
    WebServerFactoryCustomizer<ConfigurableTomcatWebServerFactory> serverProblems() {
        return server -> server.addContextCustomizers(context -> {
            context.getParent().getPipeline().addValve(new UnreadBodies());
            context.getParent().getPipeline().addValve(new ServerProblems());
        });
    }

    /**
     * @param deadline for all headers of a request to arrive, from its first byte
     * @param sharedPort whether other processes may listen on the same port
     */
    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> httpProtocol(
            @Value("${faultline.web.header-timeout:5s}") Duration deadline,
            @Value("${faultline.web.shared-port:false}") boolean sharedPort) {
        return server -> {
            server.setProtocol(HeaderDeadlineProtocol.class.getName());
            server.addProtocolHandlerCustomizers((HeaderDeadlineProtocol http) -> {
                http.setHeaderDeadline(deadline);
                http.setSharedPort(sharedPort);
            });
        };
    }

    @Bean
    StrictJson strictJson() {
        return new StrictJson();
    }

    @Bean
    @ConditionalOnMissingBean(name = "correlationFilter")
    CorrelationFilter correlationFilter() {
        return new CorrelationFilter();
    }
}
