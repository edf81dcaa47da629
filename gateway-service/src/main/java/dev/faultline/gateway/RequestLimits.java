package dev.faultline.gateway;

import java.time.Duration;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * The limits of a request.
 *
 * @param maxHeaders total size of path, query and header fields; the services accept a little more
 * @param maxBody size of the body, with or without a Content-Length
 * @param bodyTimeout time for the whole body to arrive
 */
@ConfigurationProperties("faultline.gateway")
record RequestLimits(@DefaultValue("12KB") DataSize maxHeaders, @DefaultValue("256KB") DataSize maxBody,
        @DefaultValue("10s") Duration bodyTimeout) {}
