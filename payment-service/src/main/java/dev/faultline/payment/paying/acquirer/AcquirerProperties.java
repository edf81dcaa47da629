package dev.faultline.payment.paying.acquirer;

import java.net.URI;
import java.time.Duration;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How to reach the acquirer.
 *
 * @param connectTimeout the timeout of a connection attempt; the time limiter bounds the response
 */
@ConfigurationProperties("faultline.acquirer")
record AcquirerProperties(URI url, @DefaultValue("500ms") Duration connectTimeout) {
    AcquirerProperties {
        if (url == null || url.getHost() == null || !String.valueOf(url.getScheme()).matches("https?")) {
            throw new IllegalArgumentException(
                    "faultline.acquirer.url must be an http or https URL, like http://localhost:8300, not " + url);
        }
        if (!connectTimeout.isPositive()) {
            throw new IllegalArgumentException("faultline.acquirer.connect-timeout must be positive");
        }
    }
}
