package dev.faultline.gateway;

import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.TlsConfig;
import org.apache.hc.client5.http.impl.IdleConnectionEvictor;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.pool.PoolConcurrencyPolicy;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Configures the connections to the services. */
@Configuration(proxyBeanMethods = false)
class Connections {

    @Bean
    PoolingHttpClientConnectionManager connectionPool(GatewayLimits limits) {
        return PoolingHttpClientConnectionManagerBuilder.create().useSystemProperties() // the JVM's default TLS context
                .setPoolConcurrencyPolicy(PoolConcurrencyPolicy.LAX)
                .setMaxConnPerRoute(limits.maxConnections())
                .setDefaultConnectionConfig(ConnectionConfig.custom()
                        .setConnectTimeout(Timeout.of(limits.connectTimeout()))
                        .setIdleTimeout(Timeout.of(limits.maxIdleTime())).build())
                .setDefaultTlsConfig(TlsConfig.custom()
                        .setHandshakeTimeout(Timeout.of(limits.responseTimeout())).build())
                .build();
    }

    @Bean(initMethod = "start", destroyMethod = "shutdown")
    IdleConnectionEvictor idleConnectionEvictor(PoolingHttpClientConnectionManager pool, GatewayLimits limits) {
        return new IdleConnectionEvictor(pool, TimeValue.of(limits.maxIdleTime()), TimeValue.of(limits.maxIdleTime()));
    }

    /** Without retries, which live in one layer, {@link RetrySafely}, and without redirects, cookies and the like. */
    @Bean
    CloseableHttpClient httpClient(PoolingHttpClientConnectionManager pool) {
        return HttpClients.createMinimal(pool);
    }
}
