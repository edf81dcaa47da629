package dev.faultline.gateway;

import java.time.Duration;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * What a request may be like, by {@code faultline.gateway}.
 *
 * @param maxHeaders path, query and all header fields together; the services accept a little more
 * @param maxBody the body, whether its length is announced or not
 * @param bodyTime for the whole body to arrive
 */
@ConfigurationProperties("faultline.gateway")
record RequestLimits(@DefaultValue("12KB") DataSize maxHeaders, @DefaultValue("256KB") DataSize maxBody,
        @DefaultValue("10s") Duration bodyTime) {}
