package dev.faultline.gateway;

import org.apache.coyote.http11.AbstractHttp11Protocol;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.boot.tomcat.ConfigurableTomcatWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.webmvc.autoconfigure.error.ErrorMvcAutoConfiguration;
import org.springframework.context.annotation.Bean;

@SpringBootApplication(exclude = ErrorMvcAutoConfiguration.class) // its path could be called from outside
@ConfigurationPropertiesScan
class GatewayServiceApplication {

    public static void main(String[] args) {
        SpringApplication.run(GatewayServiceApplication.class, args);
    }

    /** Bounds each read of a body; {@link RequestLimitsFilter} bounds their sum. */
    @Bean
    WebServerFactoryCustomizer<ConfigurableTomcatWebServerFactory> bodyTimeout(GatewayLimits limits) {
        return server -> server.addProtocolHandlerCustomizers((AbstractHttp11Protocol<?> http) -> {
            http.setConnectionUploadTimeout(Math.toIntExact(limits.bodyTimeout().toMillis()));
            http.setDisableUploadTimeout(false);
        });
    }
}
