package dev.faultline.gateway;

import java.time.Duration;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.boot.reactor.netty.NettyServerCustomizer;
import org.springframework.cloud.gateway.config.HttpClientCustomizer;
import org.springframework.cloud.loadbalancer.annotation.LoadBalancerClients;
import org.springframework.context.annotation.Bean;
import reactor.netty.NettyPipeline;
import tools.jackson.databind.json.JsonMapper;

/** The routes are in {@code application.yml}; nothing else is reachable. */
@SpringBootApplication
@ConfigurationPropertiesScan
@LoadBalancerClients(defaultConfiguration = AvoidTriedInstance.Configuration.class)
class GatewayServiceApplication {
    /** The maximum pause between two reads of a service's response. */
    private static final Duration RESPONSE_TIMEOUT = Duration.ofSeconds(20);

    public static void main(String[] args) {
        SpringApplication.run(GatewayServiceApplication.class, args);
    }

    /**
     * Retries live in one layer, {@link RetrySafelyGatewayFilterFactory}. The HTTP client's own retries would ignore
     * method and budget.
     */
    @Bean
    HttpClientCustomizer withoutClientRetries() {
        return client -> client.disableRetry(true).responseTimeout(RESPONSE_TIMEOUT);
    }

    @Bean
    NettyServerCustomizer serverErrorResponses(JsonMapper json) {
        return server -> server.doOnChannelInit((_, channel, _) -> channel.pipeline()
                .addAfter(NettyPipeline.HttpCodec, "serverErrorResponses", new ServerErrorResponses(json)));
    }
}
