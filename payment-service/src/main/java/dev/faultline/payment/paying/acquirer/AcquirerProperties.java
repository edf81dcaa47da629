package dev.faultline.payment.paying.acquirer;

import java.net.URI;
import java.time.Duration;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How to reach the acquirer.
 *
 * @param clientId      the OAuth 2.0 client that this service is
 * @param clientSecret  the client's secret
 * @param connectTimeout the timeout of a connection attempt; the time limiter bounds the response
 */
@ConfigurationProperties("faultline.acquirer")
record AcquirerProperties(URI url, @DefaultValue("500ms") Duration connectTimeout,
        @DefaultValue("payment-service") String clientId, String clientSecret) {
    AcquirerProperties {
        if (url == null || url.getHost() == null || !String.valueOf(url.getScheme()).matches("https?")) {
            throw new IllegalArgumentException(
                    "faultline.acquirer.url must be an http or https URL, like http://localhost:8300, not " + url);
        }
        if (clientSecret == null || clientSecret.isBlank()) {
            throw new IllegalArgumentException("faultline.acquirer.client-secret must be the secret of the client "
                    + clientId);
        }
        if (!connectTimeout.isPositive()) {
            throw new IllegalArgumentException("faultline.acquirer.connect-timeout must be positive");
        }
    }

    /** Without the secret. */
    @Override
    public String toString() {
        return "AcquirerProperties[url=" + url + ", clientId=" + clientId + "]";
    }
}
