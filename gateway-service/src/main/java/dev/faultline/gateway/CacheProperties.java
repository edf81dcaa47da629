package dev.faultline.gateway;

import java.time.Duration;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * The cache of the catalogue; docs/caching.md.
 *
 * @param maxFreshness for which a response is given without asking the service, whatever its {@code max-age} says
 * @param maxSize      of all stored responses; each counts as {@link CachedResponse#OVERHEAD} at least, so that this limits
 *                     their number too
 * @param coalesce     whether requests wait for the same one that is on its way; without it, each of them is sent too
 * @param maxWait      for that request
 */
@ConfigurationProperties(CacheProperties.PREFIX)
record CacheProperties(@DefaultValue("true") boolean enabled, @DefaultValue("10s") Duration maxFreshness,
        @DefaultValue("8MB") DataSize maxSize, @DefaultValue("true") boolean coalesce,
        @DefaultValue("3s") Duration maxWait) {
    static final String PREFIX = "faultline.gateway.cache";

    CacheProperties {
        require(maxFreshness.isPositive(), "max-freshness", "must be positive");
        require(maxSize.toBytes() >= CachedResponse.OVERHEAD, "max-size", "must be at least 1KB");
        require(maxWait.isPositive(), "max-wait", "must be positive");
    }

    private static void require(boolean holds, String property, String what) {
        if (!holds) {
            throw new IllegalArgumentException(PREFIX + "." + property + " " + what);
        }
    }
}
