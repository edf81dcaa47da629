package dev.faultline.gateway;

import java.time.Duration;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * The limits of requests and of connections to the services.
 *
 * @param bodyMemory total size of the bodies of all requests in flight
 * @param bodyTimeout time for the whole body to arrive
 * @param responseTimeout pause of a service before or within a response, per attempt; also the time for its TLS handshake,
 *        in which it computes, as in a response
 * @param connectTimeout time to establish a TCP connection
 * @param maxConnections connections to one instance; more than the bulkheads of all placements admit, so that they leave
 *        some for reads under overload
 * @param acquireTimeout time to wait for one of these connections to be free
 * @param maxIdleTime less than that of the services, so that no request uses a connection that is being closed
 */
@ConfigurationProperties("faultline.gateway")
record GatewayLimits(@DefaultValue("16MB") DataSize bodyMemory, @DefaultValue("10s") Duration bodyTimeout,
        @DefaultValue("2400ms") Duration responseTimeout, @DefaultValue("500ms") Duration connectTimeout,
        @DefaultValue("960") int maxConnections, @DefaultValue("50ms") Duration acquireTimeout,
        @DefaultValue("3s") Duration maxIdleTime) {}
